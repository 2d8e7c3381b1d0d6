"""Reads OpenAPI whose line breaks and indents were lost: `post: summary: … requestBody: … properties: face_id: type: string`.

Structure comes back from what the keys mean: an object ends where its list of required members, or the exporter's list of their
order, has been said, where a keyword comes a second time, and where a name comes that is no keyword of a schema.
"""

import re
from typing import Any

_KEY = re.compile(r"(?:(?<=\s)|^)(-\s+)?('[^'\s]+'|[A-Za-z_$/][\w$/{}.-]*):(?=\s|$)")
_QUOTED = re.compile(r"\s*(?:'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\")")
_TEXTS = {"type", "description", "format", "default", "title", "pattern"}
_NUMBERS = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
_CLOSERS = {"required", "x-apifox-orders"}
_SCHEMA = _TEXTS | _NUMBERS | _CLOSERS | {"enum", "items", "properties", "x-apifox-enum", "example", "examples", "nullable"}
_AROUND = {"responses", "requestBody", "parameters", "headers", "security", "content", "components", "servers", "x-apifox-name"}
_VERBS = {"get", "post", "put", "delete", "patch"}
Token = tuple[bool, str, str]  # begins a list item, key, text up to the next key


def parse(text: str) -> dict[str, Any]:
    """Return what could be read: paths with summary, parameters, request and reply schemas, and the servers."""
    return _Reader(text).document()


def _tokens(text: str) -> list[Token]:
    keys, at = list[re.Match[str]](), 0
    while (key := _KEY.search(text, at)) is not None:
        keys.append(key)
        quoted = _QUOTED.match(text, key.end())
        at = quoted.end() if quoted else key.end()
    ends = [one.start() for one in keys[1:]] + [len(text)]
    found = [
        (bool(one.group(1)), one.group(2).strip("'"), text[one.end() : end].strip())
        for one, end in zip(keys, ends, strict=True)
    ]
    return _joined(found)


def _joined(tokens: list[Token]) -> list[Token]:
    """Give back to a block of text the words with a colon that are no keys."""
    made: list[Token] = []
    for number, (begins, key, value) in enumerate(tokens):
        after = tokens[number + 1][1] if number + 1 < len(tokens) else ""
        is_key = key in _SCHEMA | _AROUND | _VERBS or key.startswith("/") or after in _SCHEMA or begins
        if made and made[-1][2][:1] in (">", "|") and not is_key:
            made[-1] = (made[-1][0], made[-1][1], f"{made[-1][2]} {key}: {value}")
        else:
            made.append((begins, key, value))
    return made


def _listed(text: str) -> list[str]:
    return [one.strip("'\" ") for one in re.split(r"(?:^|\s)-\s+", text) if one.strip()]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def document(self) -> dict[str, Any]:
        made: dict[str, Any] = {"paths": {}, "servers": []}
        operation: dict[str, Any] = {}
        item: dict[str, Any] = {}
        while self.at < len(self.tokens):
            _, key, value = self._take()
            if key.startswith("/"):
                item = made["paths"].setdefault(key, {})
            elif key in _VERBS:
                operation = item.setdefault(key, {})
            elif key == "url":
                made["servers"].append({"url": value.strip("'\"")})
            else:
                self._part(key, value, operation)
        return made

    def _part(self, key: str, value: str, operation: dict[str, Any]) -> None:
        if key == "summary":
            operation["summary"] = value
        elif key == "parameters":
            operation["parameters"] = self._parameters()
        elif key == "requestBody":
            operation["requestBody"] = self._content({"responses"})
        elif key == "responses":
            operation["responses"] = {"200": self._content({"security", "servers", "components"})}

    def _take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def _key(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while self.at < len(self.tokens) and self._key() not in ("requestBody", "responses"):
            begins, key, value = self._take()
            if begins and key == "name":
                found.append({"name": value, "schema": {}})
            elif found and key == "schema":
                found[-1]["schema"] = self._schema()
            elif found and key in ("in", "description", "required"):
                found[-1][key] = value == "true" if key == "required" else value.strip("'")
        return found

    def _content(self, ends: set[str]) -> dict[str, Any]:
        """Return the first media type's schema; what follows up to one of `ends` is an example."""
        schema: dict[str, Any] | None = None
        while self.at < len(self.tokens) and self._key() not in ends | _VERBS and not self._key().startswith("/"):
            _, key, _ = self._take()
            if key == "schema" and schema is None:
                schema = self._schema()
        return {"content": {"application/json": {"schema": schema}}} if schema is not None else {}

    def _schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while self.at < len(self.tokens):
            key = self._key()
            if key not in _SCHEMA or key in made or self._is_member() or (key in _CLOSERS and not self._closes(made)):
                break
            _, _, value = self._take()
            if key == "properties":
                made[key] = self._members()
            elif key == "items":
                made[key] = self._schema()
            else:
                made[key] = self._value(key, value)
        return made

    def _value(self, key: str, value: str) -> Any:
        if key == "x-apifox-enum":
            while self._key() in ("value", "name", "description") and (self.tokens[self.at][0] or self._key() != "value"):
                self._take()
        if key in _CLOSERS or key == "enum":
            return _listed(value)
        if key in _NUMBERS:
            return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value
        return re.sub(r"^[>|][-+]?\s*", "", value).strip("'\"")

    def _members(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while self.at < len(self.tokens):
            key = self._key()
            if key in _AROUND | _VERBS or key.startswith("/") or (key in _SCHEMA and not self._is_member()):
                break
            self._take()
            members[key] = self._schema()
        return members

    def _closes(self, made: dict[str, Any]) -> bool:
        """Say whether a list of members is about this object: it has them all."""
        return set(_listed(self.tokens[self.at][2])) <= set(made.get("properties", {}))

    def _is_member(self) -> bool:
        """Say whether a member has the name of a keyword: `type: type: string`."""
        token, after = self.tokens[self.at], self.tokens[self.at + 1 : self.at + 2]
        return token[1] in _TEXTS and not token[2] and bool(after) and after[0][1] in ("type", "description")
