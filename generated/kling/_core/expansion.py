"""From a wanted area and shape to the four ratios of an image expansion, as the reference's own helper does it."""

import math
from typing import TypedDict

MOST_AREA = 3.0
MOST_RATIO = 2.0


class ExpansionRatios(TypedDict):
    """How far a picture goes on beyond each edge: up and down in parts of its height, left and right of its width."""

    up_expansion_ratio: float
    down_expansion_ratio: float
    left_expansion_ratio: float
    right_expansion_ratio: float


def expansion_ratios(width: int, height: int, *, area: float, aspect_ratio: float) -> ExpansionRatios:
    """Return the arguments that give a picture of `width` by `height` pixels a new area and shape around its middle.

    `area` is a multiple of the old area, at most 3; `aspect_ratio` is the wanted width divided by the wanted height.
    The ratios have four decimals. Raises `ValueError` when the shape cannot be reached: by cutting off instead of
    adding, or with more than twice a side. Source: Outpainting page, seen 2026-09.
    """
    if not (width > 0 and height > 0 and aspect_ratio > 0 and 1 <= area <= MOST_AREA):
        asked = f"{width} x {height}, {aspect_ratio:g}, {area:g}"
        raise ValueError(f"sizes and ratio must be above 0 and area from 1 to {MOST_AREA:g}; got {asked}")
    new_height = math.sqrt(area * width * height / aspect_ratio)
    beyond = round((new_height - height) / 2 / height, 4), round((new_height * aspect_ratio - width) / 2 / width, 4)
    if not all(0 <= one <= MOST_RATIO for one in beyond):
        needed = f"ratios of {beyond[0]} and {beyond[1]}"
        raise ValueError(f"a shape of {aspect_ratio:g} cannot be reached with {area:g} times the area: it needs {needed}")
    return {
        "up_expansion_ratio": beyond[0],
        "down_expansion_ratio": beyond[0],
        "left_expansion_ratio": beyond[1],
        "right_expansion_ratio": beyond[1],
    }
