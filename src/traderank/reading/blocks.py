"""Blocks of records, and the titles and headers that stand over them.

A title speaks for all that follows until the next one that says otherwise; a header or a
title below records begins another block. Titles above all records speak for the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from traderank.reading.cells import Says, of_header, says
from traderank.reading.labels import unit_of


class Place(NamedTuple):
    """A cell of a title or header, and what it says."""

    row: int
    column: int
    value: object
    says: Says


@dataclass(slots=True)
class Block:
    """Records under one header: the rows, whose they are, and what stands over them."""

    titles: list
    heads: list
    rows: list = field(default_factory=list)
    partners: list = field(default_factory=list)
    names: list = field(default_factory=list)
    #: Whether the header is that of the block above, until there is one of its own.
    inherits: bool = False


@dataclass(slots=True)
class Walk:
    """A walk down one table's columns, and what it has met so far."""

    grid: object
    labels: object
    given: object
    blocks: list
    data: list
    notes: list = field(default_factory=list)
    #: Rows whose partner stands further up, in a title or a merged cell.
    inherited: set = field(default_factory=set)
    #: Runs of titles, each without a blank row in it; the last that says a thing counts.
    titles: list = field(default_factory=list)
    last_title: int = -2
    partner: tuple | None = None
    #: What rows with numbers and no partner say of themselves: (column, text).
    parts: set = field(default_factory=set)
    #: The columns that say one thing of each row, and those that are not to be used.
    dimensions: tuple = ((), frozenset())


def turned_titles(grid, labels):
    """Return, of a turned sheet, the titles over this table: those over all, then its own."""
    titles = [[place_of(text) for text in grid.above]] if grid.above else []
    before = -2
    for text in grid.below:
        if text[0] < min(labels.columns):
            if text[0] != before + 1:
                titles.append([])
            titles[-1].append(place_of(text))
            before = text[0]
    return titles


def part_titles(state):
    """Part the first block's own title from the sheet's, as the other blocks' titles tell.

    «Trade by country, thousand USD» speaks for all blocks, «exports» below it for the first.
    """
    others = [_kinds(run) for block in state.blocks for run in block.titles[1:]]
    if not others:
        return
    first = state.blocks[0].titles[0]
    own = len(first)
    while own > 1 and (kinds := _kinds(first[own - 1 : own])) and any(kinds <= o for o in others):
        own -= 1
    for block in state.blocks[1:]:
        if len(block.titles) > 1:
            block.titles = [first[:own], *block.titles[1:]]


def _kinds(places):
    """Say of what kinds is what some titles say."""
    told = ("flow", "measure", "unit", "periods", "part")
    kinds = {what for what in told for place in places if getattr(place.says, what)}
    return {"periods" if what == "part" else what for what in kinds}


def label_units(state):
    """Return the units that stand behind names: «Total, million USD»."""
    return [
        Place(row, column, unit, says(unit))
        for column in state.labels.columns
        for row, name in state.grid.texts[column]
        if state.labels.partners[row] is not None and (unit := unit_of(name))
    ]


def place_of(text):
    """Return a text that stood alone in a row of a turned sheet, and what it says."""
    row, column, value = text
    # The place is that in the turned sheet, so that it is named as in the file.
    return Place(column, row, value, of_header(value))


def add_head(state, row):
    """Open a header row: below records it begins another block."""
    if state.blocks[-1].rows or state.blocks[-1].inherits:
        state.blocks[-1:] = [block for block in state.blocks[-1:] if block.rows]
        state.blocks.append(Block([], []))
    places, corner, first = [], [], min(state.data)
    for index, value in enumerate(state.grid.rows[row]):
        if value == "" or not str(value).strip():
            continue
        if not state.labels.first <= index <= state.labels.last:
            continue
        beside = index in state.labels.columns or index < first
        target = corner if beside else places
        target.append(Place(row, index, value, of_header(value)))
    state.blocks[-1].heads.append(places)
    if corner:
        _add_titles(state, row, corner)


def add_title(state, row, cells):
    """Take a row for a title: one of numbers below records begins another block."""
    block = state.blocks[-1]
    places = [Place(row, index, value, of_header(value)) for index, value in cells]
    if block.rows and any(place.says.of_numbers for place in places):
        state.blocks.append(Block([], block.heads, inherits=True))
    _add_titles(state, row, places)


def _add_titles(state, row, places):
    # Above all records every title speaks for the sheet; below, a blank row parts them.
    above = not any(block.rows for block in state.blocks)
    if state.titles and (above or row == state.last_title + 1):
        state.titles[-1].extend(places)
    else:
        state.titles.append(places)
    state.last_title = row
