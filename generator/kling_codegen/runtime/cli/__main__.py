"""Where the command `kling` begins, which is `python -m kling` too."""

import sys


def main() -> None:
    """Run `kling`; without the extra `cli` say how to get it and exit 2."""
    try:
        from kling._cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        print("kling: the command line needs an extra: pip install 'kling-toolkit[cli]'", file=sys.stderr)
        sys.exit(2)
    app(prog_name="kling")


if __name__ == "__main__":
    main()
