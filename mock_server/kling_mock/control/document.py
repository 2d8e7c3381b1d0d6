"""The control API's own OpenAPI document, and its page for people."""

import inspect
import re
from collections.abc import Iterable
from html import escape
from importlib.metadata import version
from typing import Any

import msgspec

from kling_mock.request import Answer

from .call import Call, Control, NoBody

_ACCOUNT = {
    "name": "account_id",
    "in": "query",
    "description": "The account that is meant; also the header X-Kling-Mock-Account.",
    "schema": {"type": "string", "default": "default"},
}


def openapi(controls: Iterable[Control]) -> dict[str, Any]:
    """Return the document of these controls: OpenAPI 3.1."""
    found = list(controls)
    structs = [one.takes for one in found if one.takes is not NoBody]
    _, components = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        paths.setdefault(f"/_mock{one.path}", {})[one.verb.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kling-mock control API",
            "version": version("kling-toolkit"),
            "description": 'What a test can ask of the mock beside the API that it plays. Errors are `{"error": "…"}`.',
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Asked for off loopback."}},
        },
        "security": [{}, {"token": []}],
    }


def summary(control: Control) -> str:
    """Return what a control does: the first line of its docstring."""
    return (inspect.getdoc(control.answer) or "").partition("\n")[0]


def _operation(control: Control) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", control.path)
    asked = [{"name": name, "in": "query", "description": text, "schema": {"type": "string"}} for name, text in control.asks]
    inside = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    made: dict[str, Any] = {
        "summary": summary(control),
        "operationId": f"{control.verb.lower()}{re.sub(r'[^a-z]+', '_', control.path)}".rstrip("_"),
        "tags": [control.path.split("/")[1].partition(".")[0]],
        "parameters": [*inside, *asked, _ACCOUNT],
        "responses": {"200": {"description": "Done."}, "400": {"description": "Something is wrong with the request."}},
    }
    if control.takes is not NoBody:
        said = {"schema": {"$ref": f"#/components/schemas/{control.takes.__name__}"}}
        shown = {"example": dict(control.example)} if control.example is not None else {}
        made["requestBody"] = {"content": {"application/json": {**said, **shown}}}
    return made


def document(call: Call) -> dict[str, Any]:
    """Return this API as an OpenAPI document."""
    from .dispatch import CONTROLS

    return openapi(CONTROLS)


def page(call: Call) -> Answer:
    """Show this API to people, with a button that tries each call."""
    from .dispatch import CONTROLS

    sections = "\n".join(_section(number, one) for number, one in enumerate(CONTROLS))
    said = {"content-type": "text/html; charset=utf-8"}
    return Answer(200, _PAGE.replace("SECTIONS", sections).encode(), said)


def _section(number: int, control: Control) -> str:
    body = msgspec.json.format(msgspec.json.encode(control.example)).decode() if control.example is not None else ""
    fields = "".join(_field(one) for one in msgspec.structs.fields(control.takes))
    table = f"<table>{fields}</table>" if fields else ""
    asked = "".join(f"<tr><td><code>?{escape(name)}</code><td>{escape(text)}" for name, text in control.asks)
    entry = f'<textarea rows="{body.count(chr(10)) + 1}">{escape(body)}</textarea>' if control.takes is not NoBody else ""
    return f"""<section id="c{number}" data-verb="{control.verb}"><h2><b class="{control.verb}">{control.verb}</b>
<input value="/_mock{escape(control.path)}" aria-label="path"></h2><p>{escape(summary(control))}</p>
{f"<table>{asked}</table>" if asked else ""}{table}{entry}<button>try</button><pre hidden></pre></section>"""


def _field(one: msgspec.structs.FieldInfo) -> str:
    kind = getattr(one.type, "__name__", str(one.type)) if not str(one.type).startswith("typing") else str(one.type)
    text = str(one.type) if "|" in str(one.type) or "[" in str(one.type) else kind
    text = re.sub(r"\b[\w.]+\.(?=\w)", "", text).replace(" | None", "")
    return f"<tr><td><code>{escape(one.name)}</code><td>{escape(text)}<td>{'required' if one.required else ''}"


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>kling-mock: control API</title>
<meta name="viewport" content="width=device-width"><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fafafa}
section{background:#fff;border:1px solid #ddd;border-radius:8px;padding:.75rem 1rem;margin:.75rem 0}
h2{font-size:1rem;display:flex;gap:.75rem;align-items:center;margin:0}h2 input{flex:1;font:inherit;font-family:monospace;
border:0;background:none}p{margin:.25rem 0 .5rem}b{border-radius:4px;color:#fff;padding:.1rem .5rem;font-size:.8rem}
.GET,.HEAD{background:#1d6fb8}.POST{background:#2a7d3f}.PATCH{background:#a05a00}.DELETE{background:#b3261e}
textarea{width:100%;font:14px monospace;box-sizing:border-box}td{padding:.1rem 1rem .1rem 0;vertical-align:top}
table{font-size:.9rem;margin-bottom:.5rem}button{font:inherit;padding:.1rem 1rem}
pre{background:#f0f0f0;padding:.5rem;overflow:auto;max-height:20rem;white-space:pre-wrap}
</style><h1>kling-mock: control API</h1>
<p>What a test can ask of the mock beside the API that it plays: <a href="openapi.json">OpenAPI</a>.
Every call takes <code>?account_id=</code> or the header <code>X-Kling-Mock-Account</code>; without, the default account
is meant.
<label>Token, where one is asked for: <input id="token" type="password"></label></p>
SECTIONS
<script>
document.querySelectorAll("section").forEach(one=>one.querySelector("button").onclick=async()=>{
 const out=one.querySelector("pre"),body=one.querySelector("textarea"),token=document.getElementById("token").value
 out.hidden=false
 try{
  const said=await fetch(one.querySelector("input").value,{method:one.dataset.verb,body:body?body.value||"{}":undefined,
   headers:token?{authorization:"Bearer "+token}:{}})
  const text=await said.text()
  out.textContent=said.status+" "+said.statusText+"\\n"
  try{out.textContent+=JSON.stringify(JSON.parse(text),null,2)}catch{out.textContent+=text}
 }catch(error){out.textContent=String(error)}
})
</script></html>
"""

CONTROLS = (Control("GET", "/openapi.json", document), Control("GET", "/docs", page))
