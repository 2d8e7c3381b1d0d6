"""The samples of every rule of today's API: searched for once, used by several tests."""

from kling_spec.bundle import plain
from kling_spec.load import load
from kling_spec.rule_samples import samples

SAMPLES = list(samples(plain(load())))
