"""Objects that requests hold. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class BalanceFilter(TypedDict):
    """What a field of the rows must be."""

    key: Literal["api_key_name"]
    """The field."""
    values: NotRequired[list[str]]
    """The values it may have."""


class BalanceQuery(TypedDict):
    """Which part of the balance ledger is wanted."""

    start_time: NotRequired[int]
    """Start of the interval."""
    end_time: NotRequired[int]
    """End of the interval, later than its start."""
    limit: NotRequired[int]
    """How many rows one reply holds at most."""
    filters: NotRequired[list[BalanceFilter]]
    """What rows must match: each of the keys, and any of the values given for one key."""
    cursor: NotRequired[str]
    """next_cursor of the reply before; with it the other fields are not read."""


class PackageFilter(TypedDict):
    """What a field of the rows must be."""

    key: Literal["api_key_name", "product_type", "package_name", "package_id"]
    """The field."""
    values: NotRequired[list[str]]
    """The values it may have."""


class PackageQuery(TypedDict):
    """Which part of the pack ledger is wanted."""

    start_time: NotRequired[int]
    """Start of the interval."""
    end_time: NotRequired[int]
    """End of the interval, later than its start."""
    limit: NotRequired[int]
    """How many rows one reply holds at most."""
    filters: NotRequired[list[PackageFilter]]
    """What rows must match: each of the keys, and any of the values given for one key."""
    cursor: NotRequired[str]
    """next_cursor of the reply before; with it the other fields are not read."""
