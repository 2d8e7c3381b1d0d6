"""Names of the spec as names of Python."""

import keyword
import re


def class_name(name: str) -> str:
    """Return text_to_video as TextToVideo."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\-. ]", name))


def argument_name(name: str) -> str:
    """Return pageNum as page_num; a Python keyword gets an underscore behind it."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return f"{snake}_" if keyword.iskeyword(snake) else snake
