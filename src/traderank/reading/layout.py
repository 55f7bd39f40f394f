"""Where the records of a sheet lie, found by what its cells say and never by address.

The labels are the column in which most texts are partners. Above the first partner that
has a number lies the header; a header text speaks for its own column and for those its
merged range covers (or, in a sheet without merged ranges, the blank cells to its right).
What stands over the labels speaks for the whole sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from traderank import partners
from traderank.reading import cells
from traderank.reading.cells import Period, Unit, says
from traderank.reading.grid import cell_name

_NUMBERS = (float, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller or ``sources.toml`` says of a file; None where it says nothing."""

    reporter: str
    unit: Unit | None = None
    flow: str | None = None
    year: int | None = None
    months: int | None = None
    vintage: str | None = None
    status: str | None = None
    partners: dict | None = None
    known_errors: tuple = ()
    source: str | None = None


class Column(NamedTuple):
    """A column of numbers: what is counted (``value`` or ``share``), of which flow, when."""

    index: int
    measure: str
    flow: str
    period: Period


@dataclass(slots=True)
class Block:
    """One table of a sheet: partners down, columns of numbers across; nan is blank.

    ``marks`` are the cells (row, column) with a mark in place of a number: ``none`` (0 in
    ``numbers``) or ``unreported`` (nan).
    """

    grid: object
    rows: list
    names: list
    codes: list
    kinds: list
    columns: list
    numbers: np.ndarray
    unit: Unit
    status: str | None
    notes: list = field(default_factory=list)
    marks: dict = field(default_factory=dict)

    def name(self, row):
        """Return a partner's name as printed, on one line."""
        return cells.one_line(self.names[row])

    def cell(self, row, column):
        """Name the cell in which a number of the block stands."""
        return cell_name(self.rows[row], self.columns[column].index)

    def refuse(self, reason, remedy=None, *, row, column):
        """Return the refusal of one number of the block."""
        index = self.columns[column].index
        return self.grid.refuse(reason, remedy, row=self.rows[row], column=index)


def find_block(grid, given):
    """Return the partner table of a sheet, or None where it holds none."""
    label, found = _label_column(grid, given)
    rows = _body(grid, label, found) if found else []
    if not rows:
        return None
    names = [grid.rows[row][label] for row in rows]
    codes, kinds = map(list, zip(*(found[row] for row in rows), strict=True))
    header = _Header(grid, rows[0], label)
    _refuse_other_matter(header)
    table, notes = list(zip(*(grid.rows[row] for row in rows), strict=False)), []
    used = _number_columns(header, table)
    columns = [column for index in used if (column := _column(header, index, given, notes))]
    if not columns:
        return None
    _refuse_twice(grid, header, columns)
    numbers, marks = _numbers(grid, rows, table, columns, notes)
    _check_reporter(header, codes, names, rows, given, notes)
    unit, status = _unit(header, columns, given), _status(header, given)
    notes += [f"row {row + 1} is hidden" for row in rows if row in grid.hidden_rows]
    for column in columns:
        if column.index in grid.hidden_columns:
            notes.append(f"column {cell_name(0, column.index)[:-1]} is hidden")
    return Block(grid, rows, names, codes, kinds, columns, numbers, unit, status, notes, marks)


def _label_column(grid, given):
    """Return the column with the most partners, and the partner of each row or None."""
    best, most, partner_of, find, extra = None, 1, [], partners.find, given.partners
    for index, column in enumerate(zip(*grid.rows, strict=False)):
        if not _more_texts(column, most):
            continue
        found = [
            find(value, extra) if value.__class__ is str and value else None for value in column
        ]
        hits = len(found) - found.count(None)
        if hits > most:
            best, most, partner_of = index, hits, found
    return best, partner_of


def _more_texts(column, most):
    """Say whether a column has more texts than so many; of numbers, few are looked at."""
    others = len(column) - most
    for value in column:
        if value.__class__ is not str or not value:
            others -= 1
            if not others:
                return False
    return others > 0


def _body(grid, label, found):
    """Return the rows of partners, from the first that has a number on."""
    rows = [row for row, partner in enumerate(found) if partner is not None]
    # Before the first partner with a number stands the header, in which anything may.
    first = next((row for row in rows if _has_number(grid.rows[row], label)), len(found))
    for row, partner in enumerate(found[first:], first):
        if partner is None and _has_number(grid.rows[row], label):
            raise _unknown(grid, row, label, grid.rows[row][label])
    return [row for row in rows if row >= first]


def _has_number(row, label):
    return any(_is_number(value) for index, value in enumerate(row) if index != label)


def _is_number(value):
    """Say whether a cell is a number, is kept as one, or stands where one is meant."""
    if value.__class__ is str:
        return bool(value) and cells.number(value) is not None
    return True


def _unknown(grid, row, label, name):
    if name.__class__ is not str or not name.strip():
        return grid.refuse(
            "numbers stand here without a partner's name",
            "give the row its name, or take it out",
            row=row,
            column=label,
        )
    near = ", ".join(f"«{known}»" for known in partners.nearest(name))
    return grid.refuse(
        f"«{name.strip()}» is not a partner we know" + (f" (near: {near})" if near else ""),
        "add it, with its code and kind, to a file and give that as --partners",
        row=row,
        column=label,
    )


def _number_columns(header, table):
    """Return the columns with numbers, and those without that a header announces."""
    odd = {column for row, column in header.grid.beneath if row >= header.first_row}
    return [
        index
        for index, values in enumerate(table)
        if index != header.label
        and (any(map(_is_number, values)) or index in odd or header.announces(index))
    ]


class _Header:
    """The texts above a table, by the columns for which they speak."""

    def __init__(self, grid, first_row, label):
        self.grid, self.first_row, self.label = grid, first_row, label
        self.sheet, self.columns = [], {}
        ends = {start: end[1] for start, end in grid.merged}
        for row in range(first_row):
            self._read_row(row, grid.rows[row], ends)

    def _read_row(self, row, values, ends):
        texts = [(i, v) for i, v in enumerate(values) if v.__class__ is not str or v.strip()]
        for place, (index, value) in enumerate(texts):
            said = _says(value)
            if index <= self.label:
                self.sheet.append((row, index, value, said))
                continue
            if ends:
                end = ends.get((row, index), index)
            else:
                end = texts[place + 1][0] - 1 if place + 1 < len(texts) else len(values) - 1
            for column in range(index, end + 1):
                self.columns.setdefault(column, []).append((row, index, value, said))

    def over(self, index):
        return self.columns.get(index, [])

    def announces(self, index):
        """Say whether a text right over a column, not one beside it, heads it with a flow."""
        places = self.over(index)
        own = any(place[1] == index for place in places)
        return own and any(place[3].flow for place in places)

    def refuse(self, place, reason, remedy=None):
        row, column = place[:2]
        return self.grid.refuse(reason, remedy, row=row, column=column)


def _says(value):
    if value.__class__ is str:
        return says(value)
    year = cells.year_of(value)
    return says("") if year is None else says("")._replace(periods=(Period(year),))


def _refuse_other_matter(header):
    for place in [*header.sheet, *(place for texts in header.columns.values() for place in texts)]:
        other = place[3].other
        # Tonnes named over the whole table; over one column they only keep it from use.
        if place[1] <= header.label and place[3].measure == "weight" and not place[3].unit:
            other = "weights"
        if other:
            raise header.refuse(
                place,
                f"«{place[2]}»: this is a table of {other}, not of the value of trade in goods",
                "give a table of exports or imports of goods by partner country",
            )


def _column(header, index, given, notes):
    """Say what a column of numbers is; None, with a note, where it is no value or share."""
    measures = [said.measure for *_, said in header.over(index) if said.measure]
    measure = measures[-1] if measures else "value"
    if measure not in ("value", "share"):
        notes.append(f"column {cell_name(0, index)[:-1]} is not used: {measure}")
        return None
    return Column(index, measure, _flow(header, index, given), _period(header, index, given))


def _flow(header, index, given):
    own = [place for place in header.over(index) if place[3].flow]
    places = own or [place for place in header.sheet if place[3].flow]
    flows = {place[3].flow for place in places}
    named = says(header.grid.sheet).flow
    if not flows:
        flows = {flow for flow in (named, given.flow) if flow}
    if len(flows) > 1:
        raise header.refuse(
            places[-1],
            f"column {cell_name(0, index)[:-1]} is headed both {' and '.join(sorted(flows))}",
            "the header contradicts itself: get the file again or correct it",
        )
    if not flows:
        raise header.grid.refuse(
            f"nothing says whether column {cell_name(0, index)[:-1]} is exports or imports",
            "give --flow export or --flow import",
        )
    flow = flows.pop()
    if given.flow and flow != given.flow:
        place = places[-1] if places else (0, index)
        raise header.refuse(
            place, f"the sheet says {flow}, but {given.flow} was given", "leave out --flow"
        )
    return flow


def _period(header, index, given):
    own = [place for place in header.over(index) if place[3].periods]
    places = own or [place for place in header.sheet if place[3].periods]
    found = {period for place in places for period in place[3].periods}
    named = says(header.grid.sheet).periods
    if not found and named:
        found, places = set(named), []
    if len(found) > 1:
        raise header.refuse(
            places[-1] if places else (0, 0),
            "more than one period is printed here: " + ", ".join(map(str, sorted(found))),
            "keep one table for each period in the sheet",
        )
    if not found and given.year is None:
        raise header.grid.refuse("no year is printed", "give --year")
    period = found.pop() if found else Period(given.year, given.months or 12)
    place = places[-1] if places else (0, 0)
    stated = any(entry[3].months_named for entry in places)
    return _agreed_period(header, place, period, stated, given, named)


def _agreed_period(header, place, period, stated, given, named):
    if not 1 <= period.months <= 12:
        raise header.refuse(
            place, "a part of a year is printed that cannot be told", "give --months"
        )
    if named and period.year not in {other.year for other in named}:
        raise header.refuse(
            place,
            f"the year printed here is {period.year}, but the sheet is named «{header.grid.sheet}»",
            "find out which is right and correct the other",
        )
    if says(header.grid.sheet).months_named and period.last not in {p.last for p in named}:
        raise header.refuse(
            place,
            f"the period printed here is {period}, but the sheet is named «{header.grid.sheet}»",
            "find out which is right and correct the other",
        )
    if given.year is not None and given.year != period.year:
        raise header.refuse(
            place, f"{period.year} is printed, but {given.year} was given", "leave out --year"
        )
    if given.months is not None and given.months != period.months:
        if stated:
            raise header.refuse(
                place,
                f"{period.months} months are printed, but {given.months} were given",
                "leave out --months",
            )
        period = Period(period.year, given.months)
    return period


def _refuse_twice(grid, header, columns):
    seen = {}
    for column in columns:
        other = seen.setdefault(column[1:], column)
        if other is not column:
            raise grid.refuse(
                f"columns {cell_name(0, other.index)[:-1]} and {cell_name(0, column.index)[:-1]} "
                f"both say {column.flow} {column.period} ({column.measure})",
                "correct the header that is wrong",
                row=max([place[0] for place in header.over(column.index)], default=0),
                column=column.index,
            )


def _numbers(grid, rows, table, columns, notes):
    """Return the numbers as an array, nan for a blank, and the marks that stand for some.

    What is neither a number nor blank is refused.
    """
    printed, marks = [table[column.index] for column in columns], {}
    values = [
        value if value.__class__ in _NUMBERS else np.nan if value == "" else None
        for column in printed
        for value in column
    ]
    # Only what was put for a blank is this very nan; one from the file is another.
    numbers, blanks = np.array(values), values.count(np.nan)
    plain = numbers.dtype != object and np.isfinite(numbers).sum() + blanks == len(values)
    # A cell may look blank and hide an error: where the file has any, look at each.
    if grid.beneath or not plain:
        places = [(row, at) for at in range(len(columns)) for row in range(len(rows))]
        for i, (row, at) in enumerate(places):
            column = columns[at].index
            values[i], mark = _number(grid, rows[row], column, printed[at][row], notes)
            if mark:
                marks[row, at] = mark
        numbers = np.array(values)
    numbers = numbers.astype(float).reshape(len(columns), len(rows)).T
    for place, at in np.argwhere(numbers < 0):
        reason = f"{numbers[place, at]:.10g} is negative, and trade is not"
        raise _not_number(grid, rows[place], columns[at].index, reason)
    return numbers, marks


def _number(grid, row, column, value, notes):
    """Return the number of one cell (nan for a blank), and the mark that stands for it."""
    found = grid.beneath.get((row, column))
    if found is not None:
        raise _not_number(grid, row, column, f"{found} stands where a number should")
    if value.__class__ in _NUMBERS and np.isfinite(value):
        return value, None
    if value.__class__ is not str:
        raise _not_number(grid, row, column, f"«{value}» is not a number")
    if not value.strip():
        return np.nan, None
    number, mark = cells.number(value), cells.mark(value)
    if number is not None:
        notes.append(f"{cell_name(row, column)} is a number kept as text: «{value.strip()}»")
        return number, None
    if mark is None:
        raise _not_number(grid, row, column, f"«{value.strip()}» is not a number")
    return (0.0 if mark == "none" else np.nan), mark


def _not_number(grid, row, column, reason):
    remedy = "open the sheet, put the office's number there or leave the cell blank"
    return grid.refuse(reason, remedy, row=row, column=column)


def _unit(header, columns, given):
    """Return the one unit of the sheet: printed, given, or both if they agree."""
    places = [*header.sheet]
    for column in columns:
        places += header.over(column.index)
    printed = {place[3].unit: place for place in places if place[3].unit}
    if len(printed) > 1:
        raise header.refuse(
            list(printed.values())[-1],
            "two units are printed: " + " and ".join(map(str, printed)),
            "find out which is right and correct the other",
        )
    if not printed and given.unit is None:
        raise header.grid.refuse("no unit is printed", 'give --unit, as in --unit "thousand USD"')
    for unit, place in printed.items():
        if given.unit not in (None, unit):
            raise header.refuse(
                place,
                f"the unit printed here is {unit}, but {given.unit} was given",
                "leave out --unit, or find out which is right",
            )
        return unit
    return given.unit


def _status(header, given):
    printed = {said.status for *_, said in header.sheet if said.status}
    if len(printed) == 1:
        status = printed.pop()
        if given.status not in (None, status):
            raise header.grid.refuse(
                f"the sheet says {status}, but {given.status} was given", "leave out --status"
            )
        return status
    return given.status


def _check_reporter(header, codes, names, rows, given, notes):
    """Refuse a title that names another country alone; note a reporter among its partners."""
    for row, column, value, said in header.sheet:
        if value.__class__ is str and said.unit is None:
            named = cells.countries_in(value)
            if named and given.reporter not in named:
                raise header.refuse(
                    (row, column),
                    f"the title names {', '.join(sorted(named))}, but the reporter given is "
                    f"{given.reporter}",
                    "give the --reporter whose table this is",
                )
    for place, code in enumerate(codes):
        if code == given.reporter:
            cell, name = cell_name(rows[place], header.label), names[place].strip()
            notes.append(f"{cell}: «{name}», the reporter, stands among its own partners")
