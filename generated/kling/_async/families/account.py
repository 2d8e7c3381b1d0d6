"""Account Usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import AsyncResource, CallOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from kling.params import account as account_params
    from kling.types import account


class AsyncAccount(AsyncResource):
    """Account Usage."""

    _family = "account"

    async def costs(
        self, *, start_time: int, end_time: int, resource_pack_name: str | None = None, **options: Unpack[CallOptions]
    ) -> account.Costs:
        """List the account's resource packs and what is left in them. GET /account/costs

        Args:
            start_time: Start of the interval. In Unix milliseconds.
            end_time: End of the interval. In Unix milliseconds.
            resource_pack_name: The exact name of a pack; without it all packs are listed.

        Source: Account Usage page, seen 2026-09.
        """
        made: account.Costs = await self._with(options)._call(
            "costs", query={"start_time": start_time, "end_time": end_time, "resource_pack_name": resource_pack_name}
        )
        return made

    async def billing_balance(
        self,
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        filters: Sequence[account_params.BalanceFilter] | None = None,
        cursor: str | None = None,
        **options: Unpack[CallOptions],
    ) -> account.BalanceLedger:
        """List what was taken from the balance. POST /account/billing/balance

        Args:
            start_time: Start of the interval. In Unix milliseconds.
            end_time: End of the interval, later than its start. In Unix milliseconds.
            limit: How many rows one reply holds at most. From 1 to 500. Default 500.
            filters: What rows must match: each of the keys, and any of the values given for one key.
            cursor: next_cursor of the reply before; with it the other fields are not read.

        Source: Account Usage page, seen 2026-09.
        """
        made: account.BalanceLedger = await self._with(options)._call("billing_balance", locals())
        return made

    async def billing_package(
        self,
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        filters: Sequence[account_params.PackageFilter] | None = None,
        cursor: str | None = None,
        **options: Unpack[CallOptions],
    ) -> account.PackageLedger:
        """List what was taken from the resource packs. POST /account/billing/package

        Args:
            start_time: Start of the interval. In Unix milliseconds.
            end_time: End of the interval, later than its start. In Unix milliseconds.
            limit: How many rows one reply holds at most. From 1 to 500. Default 500.
            filters: What rows must match: each of the keys, and any of the values given for one key.
            cursor: next_cursor of the reply before; with it the other fields are not read.

        Source: Account Usage page, seen 2026-09.
        """
        made: account.PackageLedger = await self._with(options)._call("billing_package", locals())
        return made
