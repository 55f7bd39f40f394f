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


def draw(columns, rows, *, above="", below=()):
    """Return rows as a table of plain lines that cuts no word and no figure off.

    Parameters
    ----------
    columns : dict
        Heading to what the column holds: ``"number"`` (to the right), ``"word"``, or
        ``"text"``, which is folded between words where the lines would be too long.
    rows : iterable
        One list of texts per row; what is None is shown as a dash.
    above, below : str, sequence of str
        What is said before and after the table.

    Returns
    -------
    str
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    lines = io.StringIO()
    console = Console(file=lines, markup=False, highlight=False, emoji=False)
    rows = [["–" if text is None else text for text in row] for row in rows]
    widths = _widths(columns, rows, max(console.width, _NARROWEST))
    console.width = max(console.width, _NARROWEST, sum(widths) + 2 * (len(widths) - 1))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for (heading, holds), width in zip(columns.items(), widths, strict=True):
        table.add_column(heading, width=width, justify="right" if holds == "number" else "left")
    for row in rows:
        table.add_row(*row)
    console.print(*([above, ""] if above else []), table, "", *below, sep="\n")
    return "".join(f"{line.rstrip()}\n" for line in lines.getvalue().splitlines())


def _widths(columns, rows, room):
    """Give each column what it needs, and the texts what more there is, the shortest first."""
    cells = [
        [*heading.splitlines(), *texts] for heading, *texts in zip(columns, *rows, strict=True)
    ]
    wanted = [max(map(len, texts)) for texts in cells]
    widths = [
        max(len(word) for text in texts for word in text.split()) if holds == "text" else want
        for texts, holds, want in zip(cells, columns.values(), wanted, strict=True)
    ]
    room -= sum(widths) + 2 * (len(widths) - 1)
    for at in sorted(range(len(wanted)), key=wanted.__getitem__):
        more = max(0, min(wanted[at] - widths[at], room))
        widths[at] += more
        room -= more
    return widths


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
