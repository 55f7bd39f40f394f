"""Where the records of a sheet lie, found by what its cells say and never by address.

The labels are the columns (or rows) that name partners; walking down them tells titles,
headers and records apart; what a column of numbers is, its header, the titles and the rows
themselves say. Where a header or a number may be meant in more than one way, each way is
tried, and the printed arithmetic decides; if it cannot, the table is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from traderank.reading.cells import Unit
from traderank.reading.checking import checked
from traderank.reading.heads import ways_of_all
from traderank.reading.labels import find_labels
from traderank.reading.longs import long_panels
from traderank.reading.numbers import noted_readings
from traderank.reading.panel import not_number
from traderank.reading.proof import prove
from traderank.reading.rows import walk
from traderank.reading.subject import check_subject, groups_only
from traderank.reading.wide import wide_panels
from traderank.table import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller or ``sources.toml`` says of a file; None where it says nothing."""

    reporter: str | None = None
    unit: Unit | None = None
    flow: str | None = None
    year: int | None = None
    months: int | None = None
    vintage: str | None = None
    status: str | None = None
    partners: dict | None = None
    known_errors: tuple = ()
    source: str | None = None


def find_tables(grid, given):
    """Return the partner tables of a sheet, each as its panels, and why others are none.

    Returns
    -------
    (list of list of Panel, list of Refused)
        A table that names no country but only groups is no partner table; the refusal
        says so, for the case that the file holds no other.
    """
    grid, groups = find_labels(grid, given)
    tables, reasons = [], []
    for labels in groups:
        if reason := groups_only(grid, labels):
            reasons.append(reason)
            continue
        walked = walk(grid, labels, given)
        if walked.blocks:
            check_subject(walked)
            made = _interpret(walked)
            tables.append(_with_values(made))
            if made and not tables[-1]:
                reasons.append(grid.refuse("no values are printed here", "give a table of values"))
    return [table for table in tables if table], reasons


def _interpret(walked):
    """Return the panels of one table in the one way in which it can be meant."""
    ways = ways_of_all(walked.grid, walked.blocks, walked.data)
    choices = list(product(ways, _styles(walked)))
    if len(choices) == 1:
        return _made(walked, *choices[0])
    found, refusals = {}, []
    for way, style in choices:
        try:
            made = _made(walked, way, style)
            prove(_with_values(made), walked.given.known_errors)
        except Refused as refusal:
            refusals.append(refusal)
            continue
        found.setdefault(_meaning(made), (way, style, made))
    if not found:
        raise _unsure(walked) or refusals[0]
    if len(found) > 1:
        raise _ambiguous(walked, *list(found.values())[:2])
    return next(iter(found.values()))[2]


def _made(walked, way, style):
    return [checked(panel, walked.given.known_errors) for panel in panels(walked, way, style)]


def _with_values(made):
    """Return the panels that hold values: shares alone have nothing to be shares of."""
    return [panel for panel in made if any(c.measure == "value" for c in panel.columns)]


def _unsure(walked):
    """Refuse a number kept as text that may be two, where no way to read it comes out."""
    for index in walked.data:
        for row, value in enumerate(walked.grid.columns[index]):
            if value.__class__ is str and value:
                found = noted_readings(value)
                if len(found) == 2 and found["."] != found[","]:
                    reason = f"«{value.strip()}» is not a number for sure, and no sum tells which"
                    return not_number(walked.grid, row, index, reason)
    return None


def _meaning(made):
    """Return what tells two readings of a table apart: what its columns are, and its numbers."""
    return tuple((tuple(panel.columns), panel.numbers.tobytes()) for panel in made)


def _ambiguous(walked, one, other):
    if one[1] != other[1]:
        reason = "the numbers may have decimal points or decimal commas"
        remedy = "write one of them without a thousands mark, so that it can be told"
    else:
        reason = f"the header may be read {one[0]} or {other[0]}"
        remedy = "merge the cells over which each header text stands, or repeat it in each"
    return walked.grid.refuse(
        f"this table can be read in two ways, and nothing printed tells which: {reason}", remedy
    )


def panels(walked, way, style):
    """Put what a walk met in order.

    Parameters
    ----------
    walked : Walk
        Blocks of records under their headers.
    way : str
        How far the texts of a header reach (see ``heads``).
    style : str
        The decimal mark of numbers kept as text.

    Returns
    -------
    list of Panel
        One for each block; of a long table, one for each reporter and product.
    """
    found, unused = walked.dimensions
    taken = unused | {dimension.index for dimension in found}
    data = [index for index in walked.data if index not in taken]
    if not data:
        return []
    if found or walked.inherited:
        return long_panels(walked, found, data, way, style)
    return wide_panels(walked, data, way, style)


def _styles(walked):
    """Return the decimal marks that the numbers kept as text may have."""
    texts = {text for index in walked.data for _, text in walked.grid.texts[index]}
    read = [found for text in texts if (found := noted_readings(text))]
    styles = [mark for mark in ".," if all(mark in found for found in read)]
    if read and not styles:
        raise walked.grid.refuse(
            "some numbers here have decimal points, others decimal commas",
            "write them all in one way",
        )
    if all(found["."] == found[","] for found in read if len(found) == 2) and len(styles) == 2:
        return ["."]
    return styles
