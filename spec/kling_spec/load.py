"""Reads the YAML of the spec and merges it into one document.

`load` gives every fact with its dates; `bundle` makes of it the API of one day.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import SpecError
from .grammar import refuse_unknown
from .yaml_json import read

Document = dict[str, Any]
CATALOGUES = ("errors", "lifecycles", "models", "prices", "voices", "limits")


@dataclass(frozen=True)
class Spec:
    """The whole spec, all dates included."""

    document: Document  # OpenAPI with paths and components of all families
    catalogues: Mapping[str, Document]  # errors, lifecycles, models, prices
    families: Mapping[str, Document]  # x-kling-family by name
    files: Mapping[str, str]  # "schema text_to_video.Create" → the file that says it
    digest: str  # of all the YAML, to tell whether generated files are stale


def home() -> Path:
    """Return the folder that holds the YAML: `spec/` of a checkout, or the copy in an installed package.

    Raises `SpecError` when there is neither.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent, package / "data"):
        if (folder / "head.yaml").is_file():
            return folder
    raise SpecError(f"{package}: finds no head.yaml beside it; install kling-toolkit anew, or name a folder with --spec")


def load(folder: Path | None = None) -> Spec:
    """Return the spec in `folder` (default: this checkout's).

    Raises `SpecError` and its kin, naming file, place and fix.
    """
    folder = folder or home()
    document = _head(folder)
    files: dict[str, str] = {}
    families: dict[str, Document] = {}
    for path in sorted(folder.glob("shared/*.yaml")):
        _merge(document, _checked(path, "shared file"), file=f"shared/{path.name}", files=files)
    for path in sorted(folder.glob("families/*.yaml")):
        data = _checked(path, "family file")
        families[path.stem] = _family(data, path)
        _merge(document, data, file=f"families/{path.name}", files=files)
    document["tags"] = [
        {"name": name, "description": one.get("title", name), "x-kling-family": one} for name, one in families.items()
    ]
    catalogues = {name: read(folder / f"{name}.yaml") for name in CATALOGUES if (folder / f"{name}.yaml").is_file()}
    return Spec(document=document, catalogues=catalogues, families=families, files=files, digest=digest(folder))


def digest(folder: Path) -> str:
    """Return a hash of all the YAML below `folder` that a bundle is made of; the changelog and what audits know are not."""
    total = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*.yaml") if one.name not in ("changelog.yaml", "audit-known.yaml")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _head(folder: Path) -> Document:
    head = _checked(folder / "head.yaml", "head")
    components = head.setdefault("components", {})
    for part in ("schemas", "responses", "parameters", "callbacks"):
        components.setdefault(part, {})
    return {**head, "paths": {}}


def _checked(path: Path, kind: str) -> Document:
    data = read(path)
    refuse_unknown(data, kind, f"{path.parent.name}/{path.name}")
    return data


def _family(data: Document, path: Path) -> Document:
    family: Document | None = data.get("x-kling-family")
    if family is None or family.get("name") != path.stem:
        raise SpecError(f"families/{path.name}: x-kling-family: name must be {path.stem}, as the file is named")
    return family


def _merge(document: Document, data: Document, *, file: str, files: dict[str, str]) -> None:
    source = data.get("x-kling-source")
    family = data.get("x-kling-family", {}).get("name")
    for kind, name, target, node in _parts(document, data):
        if name in target:
            raise SpecError(f"{file}: {kind} {name} stands in {files.get(f'{kind} {name}', 'head.yaml')} already")
        files[f"{kind} {name}"] = file
        target[name] = _operations(node, family, source) if kind == "path" else _sourced(node, source, kind)


def _parts(document: Document, data: Document) -> Iterator[tuple[str, str, Document, Any]]:
    for name, node in data.get("paths", {}).items():
        yield "path", name, document["paths"], node
    for part, nodes in data.get("components", {}).items():
        for name, node in nodes.items():
            yield part.removesuffix("s"), name, document["components"].setdefault(part, {}), node


def _sourced(node: Document, source: Any, kind: str) -> Document:
    """Give the file's source to what says none itself."""
    return {**node, "x-kling-source": source} if kind == "schema" and source and "x-kling-source" not in node else node


def _operations(item: Document, family: str | None, source: Any) -> Document:
    return {verb: {**_sourced(operation, source, "schema"), "tags": [family]} for verb, operation in item.items()}
