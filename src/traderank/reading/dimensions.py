"""Columns that say, row by row, what the numbers of a long table are.

Which flow, period, unit, reporter or product a row is of may stand in columns of their
own. A column is known by its name (``words.toml``), or by what all of its cells say.
"""

from __future__ import annotations

from typing import NamedTuple

from traderank import partners
from traderank.reading.cells import of_header
from traderank.reading.periods import month_of
from traderank.reading.words import exact, plain, totals

_SAID = ("flow", "period", "month", "unit", "scale", "measure", "reporter", "product")
_SAID += ("classification",)
_EDITIONS = {"h0": "HS1992", "h1": "HS1996", "h2": "HS2002", "h3": "HS2007", "h4": "HS2012"}
_EDITIONS |= {"h5": "HS2017", "h6": "HS2022"}

_MONTHS = {f"{month:{form}}" for month in range(1, 13) for form in ("d", "02d")}

#: A row of which a total is printed elsewhere in the table: by a mode of transport, say.
PART = "part"


class Own(NamedTuple):
    """What one row says of its own numbers; None where a column or a title has to say it."""

    flow: str | None = None
    period: object = None
    part: tuple | None = None
    measure: str | None = None
    unit: object = None
    scale: int | None = None
    reporter: str | None = None
    product: str | None = None
    classification: str | None = None


class Dimension(NamedTuple):
    """A column that says one thing of each row."""

    index: int
    what: str
    #: Its cells; a blank one says what the last above it said.
    cells: list


def find_dimensions(walked):
    """Return the dimension columns of a table, and the columns that are not to be used."""
    labels, found, unused = walked.labels, [], set()
    for index in range(labels.first, labels.last + 1):
        if index in labels.columns or _is_headed_anew(walked, index):
            continue
        name = name_of(walked, index)
        what = f"total {name}" if name in totals() else exact("head", name)
        said = what in _SAID or (what or "").startswith("total ")
        if what in ("partner", "unused", "either") or (said and _is_blank(walked, index)):
            unused.add(index)
        elif said or (what := _by_cells(walked, index)):
            found.append(Dimension(index, what, _filled(walked, index)))
    return found, unused


def _is_blank(walked, index):
    column = walked.grid.columns[index]
    return all(column[row] == "" for block in walked.blocks for row in block.rows)


def _is_headed_anew(walked, index):
    """Tell a column of numbers that another block's header calls otherwise than the first's.

    Each block's header then says what it is there: ranks in one may be values in the next.
    """
    if index not in walked.data:
        return False
    heads = {id(block.heads): block.heads for block in walked.blocks}.values()
    told = [
        [plain(str(place.value)) for places in texts for place in places if place.column == index]
        for texts in heads
    ]
    return len({tuple(texts[-1:]) for texts in told}) > 1


def name_of(walked, index):
    """Return the name of a column, folded: the last text above its records."""
    first = walked.blocks[0].rows[0]
    for row in range(first - 1, -1, -1):
        value = walked.grid.columns[index][row]
        if value.__class__ is str and value.strip():
            return plain(value)
    return ""


def _by_cells(walked, index):
    """Say what a column is by its cells, if all of them say the same kind of thing."""
    if index in walked.data:
        return None
    column = walked.grid.columns[index]
    rows = [row for block in walked.blocks for row in block.rows]
    filled = {column[row] for row in rows} - {""}
    read = [of_header(cell) for cell in filled if str(cell).strip()]
    if not read:
        return None
    for what in ("flow", "unit", "measure", "scale"):
        if all(getattr(said, what) for said in read):
            return what
    return "period" if all(len(said.periods) == 1 or said.part for said in read) else None


def own_of(walked, found, row):
    """Return what a row says of itself; `PART` where it only repeats part of a total."""
    own = Own()
    for dimension in found:
        cell = dimension.cells[row]
        if dimension.what.startswith("total "):
            if cell != "" and _mark(cell) not in totals()[dimension.what[6:]]:
                return PART
            continue
        own = _TOLD[dimension.what](own, cell)
        if own is PART or own is None:
            return own or _not_told(walked, dimension, row)
    if row in walked.inherited:
        for index in walked.labels.columns:
            own = _from_text(own, walked.grid.columns[index][row]) or own
    return own


def _filled(walked, index):
    cells, first = list(walked.grid.columns[index]), walked.blocks[0].rows[0]
    for row in range(first + 1, len(cells)):
        if cells[row] == "" or not str(cells[row]).strip():
            cells[row] = cells[row - 1]
    return cells


def _mark(cell):
    return str(int(cell)) if cell.__class__ is float and cell == int(cell) else plain(str(cell))


def _not_told(walked, dimension, row):
    raise walked.grid.refuse(
        f"«{walked.grid.columns[dimension.index][row]}» is not a {dimension.what} we know",
        "correct the cell, or take the rows out that are not trade in goods",
        row=row,
        column=dimension.index,
    )


def _from_text(own, cell):
    """Add what a cell says in words; None where it says nothing of the kind."""
    said = of_header(cell)
    told = {
        "flow": said.flow,
        "period": said.periods[0] if len(said.periods) == 1 else None,
        "part": said.part,
        "measure": said.measure,
        "unit": said.unit,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return own._replace(**told) if told else None


def _flow(own, cell):
    flow = exact("flow_code", _mark(cell))
    if flow == "reexport":
        return PART
    return own._replace(flow=flow) if flow else _from_text(own, cell)


def _period(own, cell):
    if cell.__class__ is str and cell.strip().isdigit():
        cell = float(cell)
    if cell.__class__ is float and (month := month_of(cell)):
        return own._replace(period=month)
    return _from_text(own, cell)


def _month(own, cell):
    """Read a month that stands apart from its year: a name, or a number from 1 to 12."""
    if str(cell).strip().removesuffix(".0") in _MONTHS:
        return own._replace(part=(int(float(cell)), 1))
    return _from_text(own, cell)


def _scale(own, cell):
    """Read what all numbers of a row are counted in: «Millions», or a power of ten."""
    code = exact("scale_code", _mark(cell))
    scale = int(code) if code else of_header(cell).scale
    return own._replace(scale=scale) if scale else None


def _reporter(own, cell):
    partner = partners.find(cell) or partners.find_code(cell)
    return own._replace(reporter=partner.code) if partner else None


def _product(own, cell):
    code = "TOTAL" if plain(str(cell)) in ("total", "all products", "всего", "") else str(cell)
    return own._replace(product=code)


def _classification(own, cell):
    return own._replace(classification=_EDITIONS.get(plain(str(cell)), str(cell) or None))


_TOLD = {
    "flow": _flow,
    "period": _period,
    "month": _month,
    "unit": _from_text,
    "scale": _scale,
    "measure": _from_text,
    "reporter": _reporter,
    "product": _product,
    "classification": _classification,
}
