"""Replies of the service. Made from the spec; do not edit."""

from __future__ import annotations

from typing import Literal

from kling._core.model import Model


class BalanceRow(Model):
    """Money taken for one task."""

    task_id: str | None = None
    """The id of the task."""
    api_key_name: str | None = None
    """The name of the key the task was created with."""
    product_function: str | None = None
    """What was used, such as Avatar."""
    model_name: str | None = None
    """The model; empty where there is no choice."""
    resolution: Literal["720p", "1080p", "4k"] | str | None = None
    """The resolution."""
    duration: str | None = None
    """Length of what was made."""
    refer_video_input: bool | None = None
    """Whether a reference video was given."""
    video_sound: Literal["native", "original", "off"] | str | None = None
    """The kind of sound that was asked for."""
    voice_control: bool | None = None
    """Whether voices were given."""
    deduction_time: str | None = None
    """When it was taken."""
    cash_type: Literal["balance", "test_balance"] | str | None = None
    """Which money was used."""
    balance_before_deduction: float | None = None
    """The balance before."""
    deduction_amount: float | None = None
    """What was taken."""
    balance_after_deduction: float | None = None
    """The balance after."""
    list_price: float | None = None
    """What the list price is."""
    currency: Literal["CNY", "USD"] | str | None = None
    """The currency of the four amounts."""


class BalanceRows(Model):
    """Rows of the balance ledger."""

    detail: list[BalanceRow] | None = None
    """The rows."""
    count: int | None = None
    """How many rows this part has."""


class Pack(Model):
    """One resource pack."""

    resource_pack_name: str | None = None
    """The name the pack was sold under."""
    resource_pack_id: str | None = None
    """The id of the pack. Opaque."""
    resource_pack_type: Literal["decreasing_total", "constant_period"] | str | None = None
    """How it is used: decreasing_total until it is empty, constant_period is filled again each period."""
    total_quantity: float | None = None
    """What it held at first."""
    remaining_quantity: float | None = None
    """What is left; up to 12 hours late."""
    purchase_time: int | None = None
    """When it was bought."""
    effective_time: int | None = None
    """From when it can be used."""
    invalid_time: int | None = None
    """When it expires."""
    status: Literal["toBeOnline", "online", "expired", "runOut"] | str | None = None
    """Whether it can be used: toBeOnline not yet, online now, expired and runOut (empty) no more."""


class PackageRow(Model):
    """Units taken for one task."""

    package_id: str | None = None
    """The id of the pack that paid."""
    product_type: Literal["video", "image", "try-on"] | str | None = None
    """The kind of the pack."""
    task_id: str | None = None
    """The id of the task."""
    api_key_name: str | None = None
    """The name of the key the task was created with."""
    product_function: str | None = None
    """What was used, such as Avatar."""
    model_name: str | None = None
    """The model; empty where there is no choice."""
    resolution: Literal["720p", "1080p", "4k"] | str | None = None
    """The resolution."""
    duration: str | None = None
    """Length of what was made."""
    refer_video_input: bool | None = None
    """Whether a reference video was given."""
    video_sound: Literal["native", "original", "off"] | str | None = None
    """The kind of sound that was asked for."""
    voice_control: bool | None = None
    """Whether voices were given."""
    deduction_time: str | None = None
    """When it was taken."""
    unit_before_deduction: float | None = None
    """What the pack held before."""
    deduction_amount: float | None = None
    """What was taken."""
    unit_after_deduction: float | None = None
    """What the pack held after."""


class PackageRows(Model):
    """Rows of the pack ledger."""

    detail: list[PackageRow] | None = None
    """The rows."""
    count: int | None = None
    """How many rows this part has."""


class BalanceLedger(Model):
    """Part of the balance ledger, and how to get the next part."""

    result: BalanceRows | None = None
    """The rows."""
    next_cursor: str | None = None
    """What to send as cursor for the next part; empty after the last."""
    has_more: bool
    """Whether there is a next part."""


class Costs(Model):
    """The packs in an envelope of their own. An account without packs gets no list."""

    code: int
    """0 when the packs could be read."""
    msg: str
    """What happened."""
    resource_pack_subscribe_infos: list[Pack] | None = None
    """The packs whose purchase or validity touches the interval."""


class PackageLedger(Model):
    """Part of the pack ledger, and how to get the next part."""

    result: PackageRows | None = None
    """The rows."""
    next_cursor: str | None = None
    """What to send as cursor for the next part; empty after the last."""
    has_more: bool
    """Whether there is a next part."""
