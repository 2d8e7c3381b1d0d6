"""What can go wrong while the spec is read.

SpecError
  YamlRefused    a file is not the YAML we read
  KeyUnknown     a key nobody gave a meaning to
"""


class SpecError(Exception):
    """The spec cannot be used; the text names the file, the place and the fix."""


class YamlRefused(SpecError):
    """A file is not JSON-like YAML."""


class KeyUnknown(SpecError):
    """A key that no part of the toolkit reads."""
