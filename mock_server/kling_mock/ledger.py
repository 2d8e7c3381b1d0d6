"""The queries of an account: its packs, and what was taken from them, page by page."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from kling_spec.document import Document

from .account import Account

Row = Mapping[str, Any]
_decode = msgspec.json.Decoder(tuple[dict[str, Any], int]).decode


class Part(NamedTuple):
    """Some rows of a ledger, and where the next part begins."""

    rows: Sequence[Row]
    next_cursor: str

    @property
    def words(self) -> Document:
        """Return what a reply says of the part."""
        return {"count": len(self.rows), "next_cursor": self.next_cursor, "has_more": bool(self.next_cursor)}


def packs(account: Account, asked: Mapping[str, Any], now: int) -> list[Document]:
    """Return the packs that can be used in the asked interval, or the one of the asked name."""
    start, end = asked.get("start_time", 0), asked.get("end_time", now)
    found = account.wallet.told(now, asked.get("resource_pack_name"))
    return [one for one in found if one["effective_time"] <= end and one["invalid_time"] >= start]


def deductions(account: Account, asked: Mapping[str, Any], now: int, members: Mapping[str, Any]) -> Part:
    """Return a part of what was taken from the packs, oldest first; nothing where the rows have no `package_id`.

    The filters' values for one key are alternatives; every key must match. A cursor carries the query it came from.
    """
    if "package_id" not in members:
        return Part((), "")
    query, skipped = _query(asked)
    wanted = [one for one in account.wallet.deductions(now) if _matches(one, query)]
    rest = wanted[skipped:]
    page = rest[: query["limit"]]
    cursor = _cursor(query, skipped + len(page)) if len(rest) > len(page) else ""
    return Part([{name: one for name, one in row.items() if name in members} for row in page], cursor)


def _query(asked: Mapping[str, Any]) -> tuple[Document, int]:
    cursor = asked.get("cursor") or ""
    if cursor:
        try:
            query, skipped = _decode(bytes.fromhex(cursor))
            return query, skipped
        except (ValueError, msgspec.MsgspecError):  # a cursor of another server leads to the end
            return {"start_time": 0, "end_time": -1, "limit": 1, "filters": {}}, 0
    filters: dict[str, list[str]] = {}
    for one in asked.get("filters") or []:
        filters.setdefault(one["key"], []).extend(one.get("values") or [])
    limit = asked.get("limit") or 500
    return {"start_time": asked["start_time"], "end_time": asked["end_time"], "limit": limit, "filters": filters}, 0


def _cursor(query: Document, skipped: int) -> str:
    return msgspec.json.encode((query, skipped)).hex()


def _matches(row: Row, query: Document) -> bool:
    in_time = query["start_time"] <= int(row["deduction_time"]) <= query["end_time"]
    return in_time and all(not values or str(row.get(key, "")) in values for key, values in query["filters"].items())
