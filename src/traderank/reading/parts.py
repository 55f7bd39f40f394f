"""The parts of a zipped workbook, unpacked within limits, and its XML read without a tree.

python-calamine is given the parts anew, as they were unpacked here: what was looked at is
what is read, whatever a zip's own lists say of its sizes and its names.
"""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

from traderank.reading import limits

_ENTRY = b"PK\x01\x02"
_NEEDED = (".xml", ".rels", ".bin", "mimetype")


class Damaged(Exception):
    """A file is not what it says it is; the text says why."""


def names(content):
    """Return the names in a zip, or None where it is cut short or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def unpack(content, path):
    """Return the parts of a workbook, by name, without pictures and the like."""
    limits.refuse_more(content.count(_ENTRY), limits.PARTS, "parts", path)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        needed = [part for part in archive.infolist() if part.filename.lower().endswith(_NEEDED)]
        limits.refuse_more(sum(p.file_size for p in needed), limits.BYTES, "bytes", path)
        parts = {}
        for part in needed:
            # The other ways to compress are no workbook's, and may ask for any memory.
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Damaged("a part is compressed in a way that no workbook is")
            # To ask for its size is to get no more, whatever it unpacks to.
            with archive.open(part) as file:
                parts[part.filename.replace("\\", "/")] = file.read(part.file_size)
    if len({name.lower() for name in parts}) < len(needed):
        raise Damaged("two parts have one name")
    xml = sum(part.count(b"<") for name, part in parts.items() if not name.endswith(".bin"))
    limits.refuse_more(xml, limits.ELEMENTS, "elements", path)
    return parts


def pack(parts):
    """Return a zip of the parts, not compressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return packed.getvalue()


def find(parts, name):
    """Return a part by its name, in capitals or not."""
    if name not in parts:
        name = next((other for other in parts if other.lower() == name.lower()), None)
    if name is None:
        raise Damaged("a part that it names is not there")
    return parts[name]


def parse(xml, start, end=None, text=None):
    """Read XML from its first element to its last; names are as they are written.

    Parameters
    ----------
    xml : bytes
        One part.
    start : callable
        Takes an element's name and attributes; `end` takes its name, `text` what stands
        between two elements.

    Raises
    ------
    Damaged
        If it is no XML, declares entities, or has elements within elements without end.

    """
    depth = 0

    def opened(name, attributes):
        nonlocal depth
        depth += 1
        if depth > limits.DEPTH:
            raise Damaged("its elements stand in one another too deep")
        start(name, attributes)

    def closed(name):
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_entities
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Damaged(f"it is no XML: {error}") from error


def _refuse_entities(*_):
    raise Damaged("its XML declares a document type, as no workbook does")


def attributes_of(xml, *wanted):
    """Return (name without prefix, attributes) of the elements that have one of some names."""
    found = []

    def start(name, attributes):
        bare = name.rpartition(":")[2]
        if bare in wanted:
            found.append((bare, attributes))

    parse(xml, start)
    return found
