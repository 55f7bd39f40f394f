"""Write a table as text or as a file: whole or not at all, numbers as numbers.

A missing value leaves as an empty field (CSV), null (JSON, Parquet) or an empty cell (Excel).
Floats keep every digit. The tables here are pandas tables.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import traderank
from traderank.table import COLUMNS, Refused


def to_csv(table):
    r"""Return a table as CSV: UTF-8, commas, a line feed after each row.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"partner": ["CHN", "XXX"], "value": [15389231312.22, None]}))
    b'partner,value\nCHN,15389231312.22\nXXX,\n'
    """
    return table.to_csv(index=False, lineterminator="\n").encode()


def to_json(table):
    r"""Return a table as JSON: a list with one object per row; a missing value is null.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import pandas as pd
    >>> to_json(pd.DataFrame({"partner": ["CHN"], "rank": pd.array([None], "Int64")}))
    b'[\n  {\n    "partner": "CHN",\n    "rank": null\n  }\n]\n'
    """
    rows = [dict(zip(table.columns, row, strict=True)) for row in _plain(table)]
    return (json.dumps(rows, ensure_ascii=False, indent=2) + "\n").encode()


def as_printed(measured, trade):
    """Take away decimals that no printed number has: sums of binary floats leave some.

    Parameters
    ----------
    measured : pandas.DataFrame
        With `value` and `margin`, sums and differences of printed numbers.
    trade : pandas.DataFrame
        The tidy table that was measured.

    Returns
    -------
    pandas.DataFrame
    """
    from traderank.reading.rounding import decimals

    places = int(decimals(trade["value"].to_numpy()).max())
    return measured.round({"value": places, "margin": places})


def check_output(path, inputs=()):
    """Refuse, before any long work, a file that could not or should not be written.

    Parameters
    ----------
    path : path
        Where a table is to be written: .csv, .parquet or .xlsx.
    inputs : sequence of path, optional
        Files that are read for it, and must not be overwritten.

    Raises
    ------
    Refused
        If the ending is unknown or needs a package that is not installed, the folder is not
        there or not writable, or the file is one of the inputs or no plain file.
    """
    path = Path(path)
    try:
        fault = _fault(path, inputs)
        if fault is None:
            # Permissions do not tell all: only trying does. Where the system can, the file
            # has no name, so that nothing of it is left whatever happens.
            tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        fault = (
            f"it cannot be written in {path.parent} ({error.strerror})",
            "name another file or folder",
        )
    if fault:
        raise Refused(*fault, file=path)


def _fault(path, inputs):
    form = path.suffix.lower()
    if form not in _FORMS:
        what = f'"{path.suffix}" is not a form we write' if path.suffix else "it has no ending"
        return what, f"end the name in {', '.join(_FORMS)}"
    if form == ".parquet" and find_spec("pyarrow") is None:
        return ".parquet needs pyarrow, which is not here", "pip install pyarrow, or write .csv"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}", "make it first, or name another"
    if not path.exists():
        return None
    if not path.is_file():
        return "this is not a file", "name a file"
    if not os.access(path, os.W_OK):
        return "the file is write-protected", "name another file"
    if any(_is_same(path, file) for file in inputs):
        return "this is one of the files to be read", "write to another file"
    return None


def _is_same(path, file):
    try:
        return path.samefile(file)
    except OSError:
        # An input that is not there is its reader's to refuse.
        return False


def write_table(table, path, *, about=()):
    """Write a table to a file in the form that its ending names.

    Parameters
    ----------
    table : pandas.DataFrame
        The tidy table, with or without further columns.
    path : path
        .csv, .parquet or .xlsx; a file that is there is replaced.
    about : sequence of str, optional
        What the table holds, in lines, for the second sheet of an .xlsx file.

    Raises
    ------
    Refused
        As `check_output` and `write_whole`, and if the table holds text that the form cannot.
    """
    check_output(path)
    write_whole(path, _FORMS[Path(path).suffix.lower()](table, about))


def write_whole(path, content):
    """Write a file whole or not at all.

    The bytes are written beside it first, and the file is then replaced: who reads it
    meanwhile sees the old one or the new one, never a part. If the writing ends in an
    exception (Ctrl-C is one), nothing is left. Where the system knows files without a name
    (Linux does), nothing half-written is left even if the process is killed.

    Parameters
    ----------
    path : path
        The file; where it is a link, the file that the link leads to.
    content : bytes

    Raises
    ------
    Refused
        If it cannot be written.
    """
    path = Path(path).resolve()
    part = path.with_name(f".traderank-{uuid4().hex}.part")
    try:
        try:
            _write_part(part, content)
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            f"the file cannot be written ({error.strerror})",
            "make room, close the program that has it open, or name another file",
            file=path,
        ) from error


def _write_part(part, content):
    folder = part.parent
    try:
        with os.fdopen(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb") as file:
            _fill_up(file, content)
            # Given a folder's number, os.link follows the link that /proc keeps to the file.
            number = os.open(folder, os.O_RDONLY)
            try:
                os.link(f"/proc/self/fd/{file.fileno()}", part.name, dst_dir_fd=number)
            finally:
                os.close(number)
    except (AttributeError, OSError):
        # Another system, or a file system that has no files without a name.
        with part.open("xb") as file:
            _fill_up(file, content)


def _fill_up(file, content):
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _plain(table):
    """Return the rows as Python's own values, None where one is missing."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


def _csv(table, about):
    return to_csv(table)


def _parquet(table, about):
    content = io.BytesIO()
    table.to_parquet(content, engine="pyarrow", index=False)
    return content.getvalue()


def _xlsx(table, about):
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook()
    book.properties.creator = f"traderank {traderank.__version__}"
    lines = [*about, "", *(f"{name}: {COLUMNS[name]}" for name in table if name in COLUMNS)]
    try:
        _fill(book.active, "trade", [list(table.columns), *_plain(table)])
        _fill(book.create_sheet(), "about", [[line] for line in lines])
    except IllegalCharacterError as error:
        raise Refused(f"an .xlsx file cannot hold this text: {error}", "write .csv") from error
    book.active.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill(sheet, name, rows):
    sheet.title = name
    for at, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(at, column, value)
            if isinstance(value, str):
                # A name that begins with "=" is a name, not a formula.
                cell.data_type = "s"
    for column in sheet.columns:
        longest = max(len(str(cell.value)) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, 40)


_FORMS = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}
