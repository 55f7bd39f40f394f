"""Build the site: python docs/build.py. The last line printed is the path of its front page.

Everything is laid out in build/source first: the pages of docs/, the codebook, the executed
notebooks, and the pages that are made from the code (see ``pages``).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from rich.console import Console
from sphinx.cmd.build import main as sphinx

from execute import BUILT, ROOT, execute_all
from pages import make_pages

SOURCE = ROOT / "build" / "source"
SITE = ROOT / "build" / "site"


def lay_out(files):
    """Make build/source hold just these files, writing only what is not the same already.

    What is not written keeps its time, so that Sphinx reads again only what has changed.
    """
    for path in SOURCE.rglob("*"):
        if path.is_file() and path.relative_to(SOURCE).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = SOURCE / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def collect():
    """Return the site's sources, name to bytes."""
    docs = ROOT / "docs"
    kept = [*docs.glob("*.md"), *docs.glob("_static/*"), docs / "conf.py", docs / "mathml.py"]
    files = {path.relative_to(docs).as_posix(): path.read_bytes() for path in kept}
    files["data/README.md"] = (ROOT / "data" / "README.md").read_bytes()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        files[f"notebooks/{path.name}"] = describe_images(BUILT / path.name)
    return files | make_pages()


def describe_images(path):
    """Return a notebook whose images' alt texts stand where MyST-NB looks for them."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for mime, about in output.get("metadata", {}).items():
                if mime.startswith("image/") and about.get("alt"):
                    cell.metadata["mystnb"] = {"image": {"alt": about["alt"]}}
    return nbformat.writes(notebook).encode()


def main():
    """Execute, lay out, build; end with status 1 where Sphinx finds a fault."""
    console = Console(stderr=True)
    for name in execute_all():
        console.print(
            f"notebooks/{name}: the committed outputs are not those of a fresh run. "
            "Remedy: make notebooks",
            style="yellow",
        )
    with console.status("Drawing the chart and writing the tables"):
        lay_out(collect())
    with console.status("Building the site"):
        options = ["-q", "-W", "--keep-going", "-b", "html", "-d", str(ROOT / "build" / "doctrees")]
        status = sphinx([*options, str(SOURCE), str(SITE)])
    if status:
        # Sphinx warns of a page when it reads it: the next run has to read it again.
        shutil.rmtree(ROOT / "build" / "doctrees", ignore_errors=True)
    else:
        print(Path("build") / "site" / "index.html")
    return status


if __name__ == "__main__":
    sys.exit(main())
