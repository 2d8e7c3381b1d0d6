"""`python -m kling_mock` is `kling-mock`."""

from .cli import main

main()
