"""`python -m kling_contract` is the command `kling-contract`."""

from .cli import main

if __name__ == "__main__":
    main()
