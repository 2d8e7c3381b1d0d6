"""Changes as one HTML page: no script, style or font from elsewhere, so that it can be kept with a release."""

from html import escape

from .changes import AUDIENCES, LEVELS, Changes
from .report import Entry, headline, sections, standing, summary

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --breaking: #c62828; --risky: #b26a00; --safe: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --breaking: #ff8a80; --risky: #ffcc80; --safe: #a5d6a7; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { margin: 2rem 0 .5rem; text-transform: capitalize; }
.verdict { font-size: 1.1rem; font-weight: 600; margin: 0; } .muted { opacity: .75; margin: .2rem 0; }
form { position: sticky; top: 0; background: Canvas; padding: .6rem 0; border-bottom: 1px solid var(--line); }
form label { margin-right: 1.2rem; white-space: nowrap; }
article { border-left: .3rem solid; padding: .1rem 0 .1rem .8rem; margin: .8rem 0; }
article p { margin: .15rem 0; } ul { margin: .15rem 0; padding-left: 1.2rem; } summary { cursor: pointer; }
.breaking { color: var(--breaking); border-color: var(--breaking); } .risky { color: var(--risky); border-color: var(--risky); }
.safe { color: var(--safe); border-color: var(--safe); } article > * { color: CanvasText; }
article b.breaking { color: var(--breaking); } article b.risky { color: var(--risky); } article b.safe { color: var(--safe); }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
"""
_SCRIPT = """
document.querySelector('form').addEventListener('input', event => {
  const on = name => [...document.querySelectorAll(`input[name=${name}]:checked`)].map(one => one.value);
  const levels = on('level'), whom = on('whom');
  for (const one of document.querySelectorAll('article')) {
    one.hidden = !one.dataset.felt.split(' ').some(felt => {
      const [who, level] = felt.split(':');
      return whom.includes(who) && levels.includes(level);
    });
  }
  for (const one of document.querySelectorAll('section')) one.hidden = !one.querySelector('article:not([hidden])');
});
"""
_MOST = 12  # names or places that are shown before they are folded away


def html(changes: Changes) -> str:
    """Return the report as one page."""
    title = escape(f"API changes: {headline(changes)}")
    body = "\n".join(_section(level, found) for level, found in sections(changes))
    told = (
        f'<p class="muted">{escape(standing(changes))}</p>\n{_form()}\n{body}\n<script>{_SCRIPT}</script>'
        if changes.all
        else ""
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<p class="verdict">{escape(summary(changes))}</p>\n{told}\n</body>\n</html>\n'
    )


def _form() -> str:
    levels = [_box("level", level, level) for level in reversed(LEVELS)]
    return f"<form>{''.join(levels)} for {''.join(_box('whom', whom, said) for whom, said in AUDIENCES.items())}</form>"


def _box(name: str, value: str, said: str) -> str:
    return f'<label><input type="checkbox" name="{name}" value="{value}" checked> {said}</label> '


def _section(level: str, found: list[Entry]) -> str:
    return f"<section>\n<h2>{level}</h2>\n" + "\n".join(_article(level, one) for one in found) + "\n</section>"


def _article(level: str, one: Entry) -> str:
    felt = " ".join(f"{each.whom}:{each.level}" for each in one.first.effects)
    shown = f": <code>{escape(one.shown)}</code>" if one.shown else ""
    effects = "".join(
        f'<li><b class="{each.level}">{AUDIENCES[each.whom]}</b>: {escape(each.reason)}</li>' for each in one.first.effects
    )
    used = f'<p class="muted">used by {_listed(one.operations)}</p>' if one.operations else ""
    return (
        f'<article class="{level}" data-felt="{felt}"><p><b>{escape(one.title)}</b> {_listed(one.names)}{shown}</p>'
        f"<p>in {_listed(one.places)}</p><ul>{effects}</ul>{used}</article>"
    )


def _listed(names: tuple[str, ...]) -> str:
    shown = [f"<code>{escape(name)}</code>" for name in names]
    if len(shown) <= _MOST:
        return ", ".join(shown)
    return f"<details><summary>{len(shown)}: {', '.join(shown[:3])} …</summary>{', '.join(shown)}</details>"
