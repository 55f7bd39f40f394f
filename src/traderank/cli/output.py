"""What commands write, and where: the result to standard output, all else to standard error."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import contextmanager

import click

from traderank.table import Refused

#: Nothing is squeezed into less: a narrower terminal folds the lines.
_NARROWEST = 80

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="A table to look at, or one for programs.",
)


def examples(*lines):
    """Return the examples of a command for its help, unwrapped; the tests run each one."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def let_go(*streams):
    """Forget what could not be written, or Python would try once more on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def say(text):
    """Say something about the work, on standard error."""
    click.echo(_printable(text), err=True)


def put(content):
    """Write the result to standard output: bytes as they are, text as it may be shown.

    Raises
    ------
    Refused
        If it cannot be written: the disk is full, say.
    """
    try:
        click.echo(_printable(content) if isinstance(content, str) else content, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go(sys.stdout)
        raise Refused(
            f"standard output cannot be written ({error.strerror})", "make room, or write elsewhere"
        ) from error


def _printable(text):
    # The name of a file is UTF-8 even where the system believes in no such thing.
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    # What a workbook says must not steer the terminal.
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def put_table(table, form, drawn):
    """Write a table to standard output: as CSV, as JSON, or as what it is drawn as."""
    from traderank.export import to_csv, to_json

    put(drawn if form == "table" else {"csv": to_csv, "json": to_json}[form](table))


def draw(*parts):
    """Return tables and texts as plain lines, no wider than the terminal if it has room."""
    from rich.console import Console

    lines = io.StringIO()
    console = Console(file=lines, markup=False, highlight=False, emoji=False)
    console.width = max(console.width, _NARROWEST, *(_least(console, part) for part in parts))
    for part in parts:
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in lines.getvalue().splitlines())


def _least(console, part):
    unbounded = console.options.update(max_width=10_000)
    return 0 if isinstance(part, str) else console.measure(part, options=unbounded).minimum


def grid(columns, rows):
    """Return rows of text as a table that cuts nothing off.

    Parameters
    ----------
    columns : dict
        Heading to how the column yields where there is no room: ``"number"`` (never, and
        to the right), ``"word"`` (never) or ``"text"`` (it is folded).
    rows : iterable
        One list of texts per row; what is None is shown as a dash.
    """
    from rich import box
    from rich.table import Table

    rows = [["–" if text is None else text for text in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for (heading, yields), texts in zip(columns.items(), zip(*rows, strict=True), strict=True):
        firm = yields != "text"
        table.add_column(
            heading,
            justify="right" if yields == "number" else "left",
            no_wrap=firm,
            min_width=max(map(len, texts)) if firm else None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    return table


@contextmanager
def progress(label, total):
    """Show how far long work is: on standard error, and only to a person."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
