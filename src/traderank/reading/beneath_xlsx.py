"""Beneath an .xlsx: its sheets' XML (ECMA-376 18.2, 18.3)."""

from __future__ import annotations

import re

from traderank.reading import parts as zipped
from traderank.reading.beneath import EMPTY, ERROR, NOTHING, Sheet, refuse_large
from traderank.reading.limits import ROWS

BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Za-z]{1,6})(\d{1,9})")

# Whatever matters, as its bytes must look: an error, a formula, what is hidden, a cell or row
# that does not begin with its place or has a large one, what is no XML of a workbook.
_SUSPECT = [
    re.compile(rb"""["']e["']"""),
    re.compile(rb"<(?:[^\s<>:]+:)?f[\s/>]"),
    re.compile(rb"hidden"),
    re.compile(rb"""<(?:[^\s<>:]+:)?(?:c|row)(?!\s+r=["'](?:[A-Z]{1,2})?\d{1,4}["'])[\s/>]"""),
    re.compile(rb"<!|\0"),
]


def look(parts, path):
    """Return what lies beneath each sheet, in their order."""
    book = zipped.attributes_of(zipped.find(parts, BOOK), "sheet", "calcPr")
    links = links_of(parts, _LINKS)
    pending = any(n == "calcPr" and _true(told.get("fullCalcOnLoad")) for n, told in book)
    targets = [_target(told, links) for name, told in book if name == "sheet"]
    if len(set(targets)) < len(targets):
        raise zipped.Damaged("two sheets are one part")
    found = []
    for target in targets:
        xml = zipped.find(parts, target)
        plain = not any(pattern.search(xml) for pattern in _SUSPECT)
        found.append(None if plain else _read(xml, pending))
    refuse_large([sheet for sheet in found if sheet], path)
    return [sheet.beneath() if sheet else NOTHING for sheet in found]


def links_of(parts, name):
    """Return the parts that a part refers to, by the marks that it has for them."""
    links = zipped.attributes_of(zipped.find(parts, name), "Relationship")
    return {told.get("Id"): told.get("Target", "") for _, told in links}


def _target(told, links):
    link = next((value for name, value in told.items() if name.endswith(":id")), None)
    if link not in links:
        raise zipped.Damaged("a sheet has no part")
    return target_of(links[link])


def target_of(link):
    """Return the name of the part that a link of the workbook leads to."""
    link = link.removeprefix("/") if link.startswith("/xl/") else link
    return link if link.startswith("xl/") else f"xl/{link.removeprefix('/')}"


def _true(word):
    return word in ("1", "true")


def _read(xml, pending):
    reader = _Reader(pending)
    zipped.parse(xml, reader.start, reader.end, reader.text)
    return reader.sheet


class _Reader:
    """Follow the cells of a sheet: where each stands, and what is in it but a value."""

    def __init__(self, pending):
        self.sheet, self.pending = Sheet(), pending
        self.row, self.column, self.cell = 0, 0, None
        self.inside, self.value = set(), []

    def start(self, name, told):
        kind = name.rpartition(":")[2]
        if self.cell is not None:
            self.inside.add(kind)
            if kind == "v":
                self.value = []
        elif kind == "c":
            self.place, self.cell = self._place(told.get("r")), told.get("t", "n")
            self.inside, self.value = set(), []
        elif kind == "row":
            self._row(told)
        elif kind == "col" and _true(told.get("hidden")):
            self.sheet.hide_columns(int(told["min"]) - 1, int(told["max"]) - 1)

    def text(self, data):
        if self.cell is not None:
            self.value.append(data)

    def end(self, name):
        kind = name.rpartition(":")[2]
        if kind == "c" and self.cell is not None:
            if self.inside:
                self.sheet.reach(*self.place, self._odd())
            self.cell, self.column = None, self.column + 1
        elif kind == "row":
            self.row, self.column = self.row + 1, 0

    def _row(self, told):
        if "r" in told:
            self.row = int(told["r"]) - 1
        if _true(told.get("hidden")) and 0 <= self.row < ROWS:
            self.sheet.hidden_rows.add(self.row)

    def _place(self, reference):
        # A cell that does not say where it is stands to the right of the one before.
        if reference is None:
            return self.row, self.column
        match = _REFERENCE.fullmatch(reference)
        if match is None or match[2].startswith("0"):
            raise zipped.Damaged(f"«{reference[:20]}» is no cell")
        column = 0
        for letter in match[1].upper():
            column = column * 26 + ord(letter) - 64
        self.column = column - 1
        return int(match[2]) - 1, self.column

    def _odd(self):
        """Say what stands in the cell if it is neither blank nor a value."""
        if self.cell == "e":
            return ERROR
        if "f" not in self.inside:
            return None
        value = "".join(self.value).strip() if "v" in self.inside else ""
        # A program that cannot calculate leaves a 0 and asks the next one to calculate.
        unsure = self.pending and self.cell == "n" and value in ("0", "0.0")
        return EMPTY if unsure or not value else None
