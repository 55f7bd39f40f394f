"""The tables of an HTML page, as offices save them, also under an .xls name.

A page is gone through once, from one "<" to the next, so that no page takes longer than its
length: the parsers that repair pages look for the end of each thing anew.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape

from traderank.reading import limits

#: What stands in one of these is said of the tables after it.
_TITLES = {"caption", "title", "h1", "h2", "h3", "h4", "h5", "h6", "p", "div"}

#: What stands in one of these is not shown.
_SILENT = ("script", "style")

#: A page spans no more rows or columns by one cell.
_WIDEST = 1000

_TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,15})")
_SPAN = re.compile(r"""(?:^|\s)(row|col)span\s{0,9}=\s{0,9}["']?\s{0,9}(\d{1,9})""", re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """One table: its rows of texts, its merged cells, and what stands over it."""

    titles: list
    rows: list = field(default_factory=list)
    merged: list = field(default_factory=list)
    #: Cells that another, above or to the left, spans.
    held: set = field(default_factory=set)


def tables_of(text, path):
    """Return the tables of a page, in the order in which they end, without the empty ones.

    Raises
    ------
    Refused
        If its cells span more than a sheet holds.
    """
    limits.refuse_more(text.count("<"), limits.ELEMENTS // 4, "elements", path)
    page = _Page(path)
    for tag, told, after in _parts(text):
        page.take(tag, told)
        page.text.append(after)
    page.take("/html", "")
    return page.done


def _parts(text):
    """Yield each tag in small letters, what it tells, and the text after it."""
    place, skipped = text.find("<"), None
    while place >= 0:
        following = text.find("<", place + 1)
        piece = text[place + 1 : following if following >= 0 else len(text)]
        place = following
        if skipped is not None:
            if _ends(skipped, piece):
                yield "", "", piece.partition("-->" if skipped == "-->" else ">")[2]
                skipped = None
            continue
        inside, _, after = piece.partition(">")
        if piece.startswith("!--"):
            skipped = None if "-->" in piece else "-->"
            after = piece.partition("-->")[2]
        tag = _TAG.match(inside)
        name = tag[0].lower() if tag else ""
        if name in _SILENT:
            skipped, after = name, ""
        yield name, inside[tag.end() :] if tag else "", after


def _ends(skipped, piece):
    if skipped == "-->":
        return "-->" in piece
    return piece[: len(skipped) + 1].lower() == f"/{skipped}"


def _shown(texts):
    text = "".join(texts)
    with suppress(ValueError):  # a letter's number of thousands of digits stands as it is
        text = unescape(text)
    return " ".join(text.split())


class _Page:
    """The tables of a page as its tags come. A table within a table's cell is one of its own."""

    def __init__(self, path):
        self.path, self.done, self.open, self.titles = path, [], [], []
        self.text, self.span, self.cells = [], None, 0

    def take(self, tag, told):
        """Take the next tag."""
        if tag == "table":
            self._end_cell()
            self.open.append(Table(self.titles))
            self.titles = []
            limits.refuse_more(len(self.open), limits.DEPTH, "tables in one another", self.path)
        elif tag in ("/table", "/html"):
            self._end_cell()
            self._end_tables(1 if tag == "/table" else len(self.open))
        elif tag in ("tr", "/tr", "td", "th", "/td", "/th"):
            self._end_cell()
            self._begin(tag, told)
        elif tag == "br" or (tag.lstrip("/") in _TITLES and self.span is not None):
            self.text.append(" ")
        elif tag.lstrip("/") in _TITLES:
            self._title(tag)

    def _end_tables(self, count):
        ended = [self.open.pop() for _ in range(min(count, len(self.open)))]
        self.done += [table for table in ended if any(table.rows)]
        limits.refuse_more(len(self.done), limits.SHEETS, "tables", self.path)

    def _begin(self, tag, told):
        if not self.open or tag.startswith("/"):
            return
        if tag == "tr":
            self.open[-1].rows.append([])
        else:
            spans = {name.lower(): int(number) for name, number in _SPAN.findall(told[:2000])}
            self.span = [min(max(spans.get(name, 1), 1), _WIDEST) for name in ("row", "col")]
            self.text = []

    def _title(self, tag):
        title = _shown(self.text)
        if tag.startswith("/") and title:
            (self.open[-1].titles if self.open else self.titles).append(title)
        self.text = []

    def _end_cell(self):
        if self.span is None:
            return
        table, (down, across) = self.open[-1], self.span
        if not table.rows:
            table.rows.append([])
        row, at = table.rows[-1], len(table.rows) - 1
        while (at, len(row)) in table.held:
            row.append("")
        column = len(row)
        row.append(_shown(self.text))
        row.extend([""] * (across - 1))
        if down * across > 1:
            table.merged.append(((at, column), (at + down - 1, column + across - 1)))
            self.cells += down * across
            limits.refuse_more(self.cells, limits.CELLS, "cells", self.path)
            below = range(at + 1, at + down)
            table.held.update((r, c) for r in below for c in range(column, column + across))
        self.span, self.text = None, []
