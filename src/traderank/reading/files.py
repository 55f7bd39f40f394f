"""Open a file as grids, whatever its name says: its first bytes tell what it is."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from traderank.reading import limits
from traderank.reading.text import open_text
from traderank.reading.workbook import is_workbook, open_sheets
from traderank.table import Refused

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"

# What the libraries raise when a compressed file is damaged, or locked.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)

#: How files begin that may hold a table and are not read.
_OTHERS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"PAR1": "a Parquet file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"BZh": "a file compressed by bzip2",
    b"\xfd7zXZ": "a file compressed by xz",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
    b"\x00\x01\x00\x00Standard ": "a database",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x09\x00\x04\x00": "a workbook of an Excel before 1995",
    b"\x09\x02\x06\x00": "a workbook of an Excel before 1995",
    b"\x09\x04\x06\x00": "a workbook of an Excel before 1995",
    b"\x09\x08\x08\x00": "a workbook of Excel 95",
    b"\x09\x08\x10\x00": "a workbook's records without the document around them",
    b"ID;P": "a SYLK file",
}


def open_workbook(path):
    """Return the visible sheets or tables of a file as grids, and the names of hidden sheets.

    Raises
    ------
    Refused
        If the file cannot be read, holds more than can be read in time, or is nothing that
        holds a table.
    """
    path = Path(path)
    grids, hidden = _open(_read_bytes(path), path)
    limits.refuse_large_grids(grids, path)
    return grids, hidden


def _open(content, path, inner=False):
    if not content or content.isspace():
        raise Refused("the file is empty", "get it again from the office", file=path)
    if is_workbook(content):
        return open_sheets(content, path)
    if content[:4] == _ZIP or content[:2] == _GZIP:
        if inner:
            raise Refused("it is a compressed file within another", "unpack it", file=path)
        unpack = _only_member if content[:4] == _ZIP else _unzipped
        return _open(unpack(content, path), path, inner=True)
    if kind := next((kind for mark, kind in _OTHERS.items() if content.startswith(mark)), None):
        raise Refused(
            f"this is {kind}, which is not read",
            "open it in its own program and save the table as .xlsx or .csv",
            file=path,
        )
    limits.refuse_more(len(content), limits.TEXT, "bytes of text", path)
    return open_text(content, path), []


def _read_bytes(path):
    if path.is_dir():
        raise Refused("this is a folder, not a workbook", "name the workbook in it", file=path)
    try:
        with path.open("rb") as file:
            # Room is made for all that is asked for: of a pipe alone the size is not known.
            size = path.stat().st_size if path.is_file() else limits.BYTES
            content = file.read(min(size, limits.BYTES) + 1)
    except FileNotFoundError:
        raise Refused("there is no such file", "check the path", file=path) from None
    except OSError as error:
        raise Refused(f"the file cannot be read ({error.strerror})", file=path) from error
    limits.refuse_more(len(content), limits.BYTES, "bytes", path)
    return content


def _unzipped(content, path):
    """Return what a file compressed by gzip unpacks to."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(limits.BYTES + 1)
    except _DAMAGED as error:
        raise _damaged(path, error) from error
    limits.refuse_more(len(unpacked), limits.BYTES, "bytes", path)
    return unpacked


def _only_member(content, path):
    """Return the bytes of the one file in a zip; its name is not used for anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [part for part in archive.infolist() if not _is_aside(part)]
            if len(members) != 1:
                names = ", ".join(part.filename[:60] for part in members[:5]) or "nothing"
                raise Refused(
                    f"the zip file holds {len(members)} files, not one: {names}",
                    "unpack it, and name the file with the table",
                    file=path,
                )
            limits.refuse_more(members[0].file_size, limits.BYTES, "bytes", path)
            if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError("compressed in a way that is not read")
            with archive.open(members[0]) as file:
                return file.read(limits.BYTES)
    except Refused:
        raise
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _is_aside(part):
    """Tell what is no file of its own: folders, and what a Mac writes beside each file."""
    name = PurePosixPath(part.filename)
    return part.is_dir() or name.name.startswith(".") or name.parts[:1] == ("__MACOSX",)


def _damaged(path, error):
    return Refused(
        f"the compressed file is damaged or locked ({error})",
        "get it again, or unpack it",
        file=path,
    )
