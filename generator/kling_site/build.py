"""Builds the site: lay out, run Sphinx, check the links of what it made, and only then put it in place."""

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kling_spec.load import load
from kling_spec.yaml_json import read

from .errors import SiteBroken
from .links import check
from .sources import lay_out
from .vendor import vendor_page

_HERE = Path(__file__).resolve().parent
_MARK = "searchindex.js"  # tells a site of ours from a folder that holds something else


@dataclass(frozen=True)
class Built:
    """What a build gave."""

    pages: int
    links: int


def build(root: Path, out: Path) -> Built:
    """Build the site of a checkout into the folder `out`, in place of an older one.

    Raises `SiteBroken` when a link leads nowhere, when something would be loaded from elsewhere, or when `out` holds other
    files; then `out` is as it was.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise SiteBroken(f"{out}: holds files that are not a site; name an empty folder")
    with TemporaryDirectory() as folder:
        pages, site = Path(folder) / "pages", Path(folder) / "site"
        count = lay_out(root, pages, _made(root))
        _sphinx(pages, site)
        found = check(site)
        if found.wrong:
            raise SiteBroken("\n".join(["links that lead nowhere or elsewhere:", *found.wrong]))
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(site, out)
    return Built(count, found.links)


def _made(root: Path) -> dict[str, str]:
    """Return the pages that are made for the site alone."""
    if not (root / "spec" / "changelog.yaml").is_file():
        return {}
    families = {path.stem for path in (root / "generated" / "reference").glob("*.md")}
    entries = read(root / "spec" / "changelog.yaml")["entries"]
    return {"spec/changelog.md": vendor_page(load(root / "spec"), entries, families)}


def _sphinx(pages: Path, site: Path) -> None:
    if importlib.util.find_spec("sphinx") is None:
        raise SiteBroken("Sphinx is missing; make setup installs it (extra docs)")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fresh-env", "--fail-on-warning", "--builder", "html"]
    folders = ["--conf-dir", str(_HERE), "--doctree-dir", str(pages.parent / "trees"), str(pages), str(site)]
    done = subprocess.run([*command, "--no-color", *folders], capture_output=True, text=True, check=False)  # noqa: S603 (our own arguments)
    if done.returncode != 0:
        told = (done.stderr.strip() or done.stdout.strip()).replace(f"{pages}/", "")
        raise SiteBroken(f"the pages do not hold together:\n{told}")
