"""The version of the package, as its metadata has it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("kling-toolkit")
except PackageNotFoundError:  # a copy that was never installed
    __version__ = "0"
