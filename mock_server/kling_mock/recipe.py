"""What a result file is made of: everything that decides its bytes."""

from .media import Recipe, frames, length_text

__all__ = ["Recipe", "frames", "length_text"]
