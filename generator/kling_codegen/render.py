"""Spec → files: `generate` returns `{path: text}` and writes nothing."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kling_spec import bundle
from kling_spec.document import Document
from kling_spec.load import Spec

from . import values
from .annotations import MEDIA_INPUT
from .coverage import context as coverage
from .reference import pages
from .sync import sync_half
from .tables import prices, table
from .types import Answer, made, reply_modules, request_modules
from .view import FamilyView, families

Files = dict[str, str]
Patched = Mapping[str, set[str]]
"""The names of the hand-written classes of each family, as `patches.classes` gives them."""
_HERE = Path(__file__).resolve().parent
_FIXED_ERRORS = (
    "ApiError",
    "ConnectionFailed",
    "CredentialsMissing",
    "DownloadFailed",
    "JournalRefused",
    "KlingError",
    "MediaUnreadable",
    "NotDelivered",
    "PriceUnknown",
    "ReplyMalformed",
    "RequestTimeout",
    "RuleBroken",
    "TaskFailed",
    "TaskTimeout",
    "WebhookMalformed",
    "WebhookRefused",
    "WebhookReplayed",
    "WebhookUnverified",
)
"""The errors of `runtime/core/errors.py`."""
_EXPORTS = {
    "ApiKey": "_core.credentials",
    "AsyncKling": "_async.client",
    "Attempt": "_core.watch",
    "CallOptions": "_core.settings",
    "Credentials": "_core.credentials",
    "ExpansionRatios": "_core.expansion",
    "KeyPair": "_core.credentials",
    "Kling": "_sync.client",
    "MediaFacts": "_core.inspection",
    "MediaInput": "_core.inputs",
    "RawResponse": "_core.raw",
    "Violation": "_core.shape",
    "__version__": "_core.version",
    "expansion_ratios": "_core.expansion",
    "inspect_media": "_core.inspection",
    "warm": "_core.warming",
}
"""What `kling` has beside its errors and its public modules, and the module each stands in."""
_SHARED_LAW = ("lifecycle", "prices", "rules", "shape")
"""Modules of kling_spec that the client carries a copy of: standard library only."""


def generate(spec: Spec, date: str | None = None, types: Answer = made, patched: Patched = {}) -> Files:
    """Return every generated file by its path below `generated/`, formatted."""
    document = bundle.plain(spec, date)
    files = {
        "openapi.json": bundle.text(bundle.finished(document)),
        "COVERAGE.md": _render("coverage.md", **coverage(document)),
    }
    for name, page in pages(document):
        files[f"reference/{name}.md"] = _render("reference.md", page=page, date=document["info"]["version"])
    return {**files, **_formatted({f"kling/{name}": text for name, text in client(document, types, patched).items()})}


def client(document: Document, types: Answer = made, patched: Patched = {}) -> Files:
    """Return the files of the client package of a plain bundle, unformatted, by their path in the package."""
    views = families(document)
    halves = _async_half(views)
    async_client, sync_client = ({"client.py": _client(views, document, patched, half)} for half in ("Async", ""))
    return {
        **_package(document),
        "_spec/prices.json": prices(document),
        **{f"_spec/{view.name}.json": table(document, view.name) for view in views},
        **{f"types/{name}": text for name, text in reply_modules(document, types).items()},
        **{f"params/{name}": text for name, text in request_modules(document, types).items()},
        **{f"params/{name}": text for name, text in values.modules(document).items()},
        **{f"_async/{name}": text for name, text in {**halves, **async_client}.items()},
        **{f"_sync/{name}": text for name, text in sync_half({**halves, **sync_client}).items()},
    }


def _package(document: Document) -> Files:
    groups = _error_groups(document)
    names = [name for group in groups for name in [group["name"], *(one["name"] for one in group["errors"])]]
    cli = _runtime("cli")
    return {
        "py.typed": "",
        "__init__.py": _render("kling_init.py", exports=_exports([*names, *_FIXED_ERRORS]), date=document["info"]["version"]),
        "errors.py": _render("errors.py", groups=groups, fixed=_FIXED_ERRORS),
        "types/__init__.py": '"""Replies of the service: one module a family, loaded when first used."""\n',
        "params/__init__.py": '"""Objects that requests hold: one module of TypedDicts a family."""\n',
        "__main__.py": cli.pop("__main__.py"),
        **_runtime("public"),
        **{f"_cli/{name}": text for name, text in cli.items()},
        **{f"_core/{name}": text for name, text in _runtime("core").items()},
        **{f"_core/{name}.py": _law(name) for name in _SHARED_LAW},
    }


def _runtime(folder: str) -> Files:
    """Return the modules that are copied as they are, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((_HERE / "runtime" / folder).glob("*.py"))}


def _exports(errors: list[str]) -> list[tuple[str, str, str]]:
    """Return the names of `kling`: each with the module it is imported from, below the package, and the one it stands in."""
    modules = dict.fromkeys((name.removesuffix(".py") for name in _runtime("public")), "")
    places = {**_EXPORTS, **modules, **dict.fromkeys(errors, "errors")}
    return [(name, places[name], f"kling.{places[name] or name}") for name in sorted(places)]


def _law(name: str) -> str:
    import kling_spec

    return (Path(kling_spec.__file__).resolve().parent / f"{name}.py").read_text(encoding="utf-8")


def _error_groups(document: Document) -> list[dict[str, Any]]:
    errors = document["x-kling-catalogues"]["errors"]
    return [
        {"name": name, "meaning": meaning, "errors": [_error(one) for one in errors["errors"] if one["group"] == name]}
        for name, meaning in errors["groups"].items()
    ]


def _error(one: Document) -> dict[str, Any]:
    doc = f"Code {one['code']}, HTTP {one['http']}. {one['meaning']}"
    return {**one, "line": f"{one['name']:<26} {one['code']}", "doc": doc}


def _async_half(views: list[FamilyView]) -> Files:
    made = {f"families/{view.name}.py": _render("family.py", family=_family(view)) for view in views}
    package = {"families/__init__.py": '"""One module a family."""\n'}
    return {**_runtime("asynchronous"), **package, **made}


def _client(views: list[FamilyView], document: Document, patched: Patched, half: str) -> str:
    """Return the client of one half, still in the words of the async one."""
    families = [{**vars(view), "home": _home(view, patched.get(view.name, set()), half)} for view in views]
    return _render("client.py", families=families, date=document["info"]["version"])


def _home(view: FamilyView, patched: set[str], half: str) -> str:
    """Return the module that the class of a family is taken from: the hand-written one where it has it."""
    return f"kling._patch.{view.name}" if half + view.class_name in patched else f".families.{view.name}"


def _family(view: FamilyView) -> dict[str, Any]:
    """Return the view with the lines that depend on whether the family starts tasks."""
    create = view.create
    base = "AsyncTaskResource" if view.task else "AsyncResource"
    return {
        **vars(view),
        "base": base,
        "base_of": f'{base}["{view.task}"]' if view.task else base,
        "run": create.params if create else "",
        "imports": _imports(view),
    }


def _imports(view: FamilyView) -> list[str]:
    """Return the import lines of a family module.

    A module may stand in `kling.types` and in `kling.params`; annotations name the latter `…_params`.
    """
    abstract = [*(["Callable"] if view.create else []), *(["Sequence"] if "Sequence" in view.names else [])]
    typing = [*(["Literal"] if "Literal" in view.names else []), *(["Unpack"] if view.methods else [])]
    lines = [f"from collections.abc import {', '.join(abstract)}"] if abstract else []
    lines += [f"from typing import {', '.join(typing)}"] if typing else []
    lines += [f"from kling import {MEDIA_INPUT}"] if MEDIA_INPUT in view.names else []
    lines += [f"from kling.params import {name} as {name}_params" for name in view.params]
    return lines + [f"from kling.types import {name}" for name in view.types]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (it prints Python and Markdown)
    )


def _render(name: str, **context: Any) -> str:
    return _environment().get_template(f"{name}.j2").render(context)


def _formatted(files: Files) -> Files:
    """Return the files as ruff leaves them."""
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        config = _HERE / "generated_ruff.toml"
        for command in (["check", "--fix", "--exit-zero"], ["format"]):
            _ruff([*command, "--quiet", "--no-cache", "--config", str(config), folder])
        return {name: (Path(folder) / name).read_text(encoding="utf-8") for name in files}


def _ruff(arguments: list[str]) -> None:
    beside = Path(sys.executable).with_name("ruff")
    program = str(beside) if beside.is_file() else shutil.which("ruff") or "ruff"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 (our own arguments)
    if done.returncode != 0:
        raise RuntimeError(f"ruff {arguments[0]} cannot read generated code: {done.stderr.strip() or done.stdout.strip()}")
