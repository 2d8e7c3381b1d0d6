"""Makes the sync half of the client from the async half, by token substitution.

A substitution that changes nothing any more, or a word of asyncio that is left over, stops the generator.
"""

import re

SUBSTITUTIONS = {
    r"\basync (?=def\b|with\b|for\b)": "",
    r"\bawait ": "",
    r"\bimport asyncio\n": "",
    r"\basyncio\.sleep\b": "time.sleep",
    r"\basyncio\.to_thread\((\w+), ": r"\1(",
    r"\bAsyncIterator\b": "Iterator",
    r"\bAwaitable, ": "",
    r"\bAwaitable\[(RawResponse\[Any\])\]": r"\1",
    r"\bAsyncClient\b": "Client",
    r"\b__aenter__\b": "__enter__",
    r"\b__aexit__\b": "__exit__",
    r"\b__aiter__\b": "__iter__",
    r"\baclose\b": "close",
    r"\baiter_bytes\b": "iter_bytes",
    r"\bsafe to share between tasks\b": "safe to share between threads",
    r"\bAsync(?=[A-Z])": "",
}


class SyncFailed(Exception):
    """The async half uses words that the substitutions do not cover, or no longer needs one of them."""


def sync_half(files: dict[str, str]) -> dict[str, str]:
    """Return the sync twin of each async module. Raises `SyncFailed`."""
    made = {name: _substituted(text) for name, text in files.items()}
    everything = "\n".join(files.values())
    unused = [pattern for pattern in SUBSTITUTIONS if not re.search(pattern, everything)]
    if unused:
        raise SyncFailed(f"sync.py: nothing to replace for {', '.join(unused)}; take it out")
    for name, text in made.items():
        left = re.search(r"\b(?:async|await|asyncio|Async\w*|a(?:iter|next|close)\w*)\b", text)
        if left:
            raise SyncFailed(f"{name}: {left.group()} is left after substitution; add it to SUBSTITUTIONS in sync.py")
    return made


def _substituted(text: str) -> str:
    for pattern, word in SUBSTITUTIONS.items():
        text = re.sub(pattern, word, text)
    return text
