"""Each rule between fields, on bodies that keep it and bodies that break it; each value of each field."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kling_contract.check import Case, Check
from kling_contract.profile import OFFLINE
from kling_contract.session import Session
from kling_contract.subject import Subject
from kling_spec.document import Document, Operation, below
from kling_spec.rule_samples import Sample, broken_rules
from kling_spec.rules import raw

_ONLY_OFFLINE = frozenset({OFFLINE})


def _samples(subject: Subject, *, keeps: bool) -> Iterator[Case]:
    for operation, rule, schema, found in subject.samples:
        is_alone = any(one.alone for one in found if not one.keeps)
        wanted = [one for one in found if one.keeps is keeps and (keeps or one.alone or not is_alone)]
        for name, sample in _named(wanted):
            run = partial(_kept if keeps else _broken, sample)
            yield Case(f"{operation.id} {name}", run, subject.source(operation, rule, schema))


def _named(found: list[Sample]) -> Iterator[tuple[str, Sample]]:
    """Yield the samples under names that stay: the rule, and for a table the row."""
    for one in found:
        row = _row(one)
        yield f"{one.rule['id']}{f' {row}' if row else ''}", one


def _row(sample: Sample) -> str:
    if sample.rule["kind"] != "table":
        return ""
    body: Any = sample.body
    for part in sample.place.split(".") if sample.place else []:
        body = (body or {}).get(part.removesuffix("[]"))
        body = body[0] if part.endswith("[]") and body else body
    return str(raw(body, sample.rule["key"]))


def _kept(sample: Sample, session: Session) -> None:
    reply = session.ask(sample.operation, session.ready(sample.operation, sample.body))
    session.accepted(reply)


def _broken(sample: Sample, session: Session) -> None:
    if sample.rule.get("tolerated"):
        session.skip("the service was seen to tolerate it")
    session.refused(session.ask(sample.operation, sample.body), session.subject.code_of("rule"))


def _values(subject: Subject) -> Iterator[Case]:
    """Yield a case for each value of each list of values, where an example can carry it without breaking a rule."""
    for operation in subject.chosen:
        if operation.verb == "POST" and operation.role in ("create", "call"):
            for name, schema in (operation.request or {}).get("properties", {}).items():
                for value in schema.get("enum", []):
                    body = _with(operation, name, value)
                    if body is not None:
                        yield Case(
                            f"{operation.id} {name}={value}",
                            partial(_value, operation, body),
                            subject.source(operation, schema),
                        )


def _with(operation: Operation, name: str, value: Any) -> Any:
    for base in operation.examples.values():
        body = {**base, name: value}
        if not broken_rules(operation, body):
            return body
    return None


def _value(operation: Operation, body: Any, session: Session) -> None:
    session.accepted(session.ask(operation, session.ready(operation, body)))


def _shapes(subject: Subject) -> Iterator[Case]:
    """Yield a case for each thing that can be wrong with the shape of one field."""
    for operation in subject.chosen:
        if operation.verb == "POST" and operation.examples:
            base = next(iter(operation.examples.values()))
            for name, body in _misshapen(operation, base):
                yield Case(f"{operation.id} {name}", partial(_misfit, operation, body), subject.source(operation))


def _misshapen(operation: Operation, base: Any) -> Iterator[tuple[str, Any]]:
    schema = operation.request or {}
    for name in schema.get("required", []):
        yield f"{name} missing", {key: one for key, one in base.items() if key != name}
    for name, one in schema.get("properties", {}).items():
        for word, value in _wrong(one):
            yield f"{name} {word}", {**base, name: value}


def _wrong(schema: Document) -> Iterator[tuple[str, Any]]:
    """Yield values that a field cannot have, however forgiving one reads them."""
    if "anyOf" in schema:
        return
    kind = schema.get("type")
    yield "of a wrong type", [["x"]] if kind == "object" else {"x": "y"}
    if "enum" in schema and kind == "string" and not schema.get("x-kling-open"):
        yield "not on the list", "no-such-value"
    if "maxLength" in schema and schema["maxLength"] < 100_000:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if "minimum" in schema and schema["minimum"] > -1_000_000:
        yield "too small", schema["minimum"] - 1
    if "maximum" in schema:
        yield "too large", schema["maximum"] + 1
    if "maxItems" in schema and schema["maxItems"] < 100:
        item = next(below(schema), {})
        yield "too many", [_item(item, number) for number in range(schema["maxItems"] + 1)]


def _item(schema: Document, number: int) -> Any:
    return f"x{number}" if schema.get("type") == "string" else {}


def _misfit(operation: Operation, body: Any, session: Session) -> None:
    codes = {session.subject.code_of(one) for one in ("type", "model_retired")}  # a default may be a model that is gone
    session.refused(session.ask(operation, body), *sorted(codes))


CHECKS = (
    Check("rule-broken", "a body that breaks a rule is refused with 1201", partial(_samples, keeps=False)),
    Check("rule-kept", "a body that keeps every rule is accepted", partial(_samples, keeps=True)),
    Check("value-accepted", "each value of a list of values is accepted", _values),
    Check("shape", "a field of a wrong shape is refused with 1201", _shapes, _ONLY_OFFLINE),
)
