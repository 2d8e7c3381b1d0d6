"""Every check, in the order of the report. What only reads comes first: the guard learns from it."""

from kling_contract.check import Check

from . import (
    auth,
    billing,
    callbacks,
    creates,
    errors,
    lifecycle,
    metamorphic,
    poison,
    quotas,
    reads,
    results,
    routes,
    rules,
    signatures,
)

MODULES = (
    *(auth, reads, routes, poison, errors, creates, rules, lifecycle, callbacks, signatures),
    *(metamorphic, billing, quotas, results),
)
CHECKS: tuple[Check, ...] = tuple(one for module in MODULES for one in module.CHECKS)
