"""Execute the notebooks into build/notebooks, each only when what it reads has changed.

With --write the outputs go into notebooks/ instead, to be committed.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "build" / "notebooks"
CELL_SECONDS = 300


def inputs_digest():
    """Return one checksum of all that the notebooks' outputs depend on but their own cells."""
    digest = hashlib.sha256(sys.version.encode())
    files = [ROOT / "requirements.lock", *(ROOT / "src").rglob("*"), *(ROOT / "data").rglob("*")]
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def notebook_digest(notebook, inputs):
    """Return the checksum that says whether an execution is still good."""
    cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
    return hashlib.sha256(f"{inputs} {cells}".encode()).hexdigest()


def shown(notebook):
    """Return what a reader sees under the code cells, but for the drawings' bytes."""
    return [
        re.sub(
            "0x[0-9a-f]+", "0x", str(output.get("text") or output.get("data", {}).get("text/plain"))
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type != "error"
    ]


def execute(path, notebook, on_cell):
    """Execute one notebook in its own folder; an error in a cell ends the whole run."""
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        # A kernel's remarks on its connection are not for the reader of a progress bar.
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=lambda **_: on_cell(),
    )
    return client.execute()


def _write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    nbformat.write(notebook, part)
    part.replace(path)


def execute_all(write=False):
    """Execute every notebook that needs it, with a progress bar; return those not in step.

    A notebook is not in step where the outputs committed with it are not those of a fresh run.
    """
    inputs, todo, out_of_step = inputs_digest(), [], []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        digest = notebook_digest(notebook, inputs)
        built = BUILT / path.name
        done = built.exists() and nbformat.read(built, as_version=4).metadata.get("inputs")
        if write or done != digest:
            todo.append((path, notebook, digest))
        elif shown(nbformat.read(built, as_version=4)) != shown(notebook):
            out_of_step.append(path.name)
    if todo:
        out_of_step += _execute_with_progress(todo, write)
    return out_of_step


def _execute_with_progress(todo, write):
    out_of_step = []
    columns = (TextColumn("{task.description:<38}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        for path, notebook, digest in todo:
            cells = sum(cell.cell_type == "code" for cell in notebook.cells)
            task = progress.add_task(path.stem, total=cells)
            before = shown(notebook)
            fresh = execute(path, notebook, lambda task=task: progress.advance(task))
            progress.update(task, completed=cells)
            if write:
                _write(path, fresh)
            elif shown(fresh) != before:
                out_of_step.append(path.name)
            fresh.metadata["inputs"] = digest
            _write(BUILT / path.name, fresh)
    return out_of_step


if __name__ == "__main__":
    execute_all(write="--write" in sys.argv[1:])
