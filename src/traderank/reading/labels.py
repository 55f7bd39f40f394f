"""Which columns name the partners: found by what their cells say, whichever way they lie.

A sheet may name each partner in several languages and by code: columns that say the same,
row by row, are one group of labels. Two groups that do not agree are two tables side by
side. A sheet whose partners stand across is turned, and then read like any other.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from itertools import islice

from traderank import partners
from traderank.reading.agreement import (
    FEWEST,
    agrees,
    compared,
    head,
    heads,
    is_parted,
    join,
    means_the_same,
    refuse_contradiction,
    take,
)
from traderank.reading.bands import bands, numbers_columns, parted
from traderank.reading.cells import says, total_in
from traderank.reading.grid import NUMBERS, texts_in
from traderank.reading.numbers import noted_readings, stands_for_number
from traderank.reading.records import is_time

_PARTING = re.compile(r"[,(]\s*")


def find_labels(grid, given):
    """Return the sheet, turned if its partners stand across, and its groups of labels."""
    down = _named(grid.texts, len(grid.rows), given.partners)
    distinct = {index: _distinct(named) for index, named in down.items()}
    most = max(distinct.values(), default=0)
    if most < len(grid.columns):
        across = _named(map(texts_in, grid.rows), len(grid.columns), given.partners)
        row = max(across, key=lambda row: _distinct(across[row]), default=None)
        if row is not None and _distinct(across[row]) > most and not _has_partners(grid, down):
            grid = grid.turned(row, across[row])
            down = _named(grid.texts, len(grid.rows), given.partners)
            distinct = {index: _distinct(named) for index, named in down.items()}
    groups = []
    for index, named in down.items():
        if distinct[index] >= FEWEST and not _is_other(grid, index):
            _look_again(grid.texts[index], named, given.partners)
            _forget_titles(grid, index, named)
            join(groups, index, named, grid)
    _add_codes(groups, grid, given.partners)
    groups = [part for group in groups for part in parted(grid, group)]
    for group in groups:
        _refuse_numbers(grid, group)
    return grid, bands(grid, groups)


def _refuse_numbers(grid, group):
    """Refuse numbers in a column that elsewhere names the partners: they would be passed over."""
    for index in group.columns if len(group.columns) > 1 else ():
        for row, partner in enumerate(group.partners):
            value = grid.columns[index][row]
            if partner is not None and value != "" and _is_of_trade(value):
                raise grid.refuse(
                    f"«{str(value).strip()}» stands in a column that names partners in other rows",
                    "keep tables whose columns differ on sheets of their own",
                    row=row,
                    column=index,
                )


def _is_of_trade(value):
    """Tell a number that can be no code: it has decimals, or more than three digits."""
    if value.__class__ is str:
        return any(map(_is_of_trade, noted_readings(value).values()))
    return value.__class__ in NUMBERS and value != 0 and not _is_small(value)


def find(text, extra):
    """Find the partner that a text names, alone or before a unit: «Total, million USD»."""
    partner = partners.find(text, extra)
    if partner is None and (unit := unit_of(text)):
        partner = partners.find(text[: -len(unit)].rstrip(" ,("), extra)
    return partner or partners.find(total_in(text))


@lru_cache(maxsize=65536)
def _find(text):
    return find(text, None)


@lru_cache(maxsize=65536)
def unit_of(text):
    """Return the part of a name at its end that is a unit, or an empty text."""
    # No name is as long: in each part of a text of a cell's length there may be a unit.
    parts = _PARTING.finditer(text) if len(text) <= 200 else ()
    for match in reversed(list(parts)):
        if says(text[match.end() :]).unit:
            return text[match.end() :]
    return ""


def _named(texts, length, extra):
    """Return, for the columns with partners in them, the partner that each cell names."""
    found = {}
    look = partial(find, extra=extra) if extra else _find
    for index, column in enumerate(texts):
        named = [None] * length
        for place, text in column:
            named[place] = look(text)
        if named.count(None) < length:
            found[index] = named
    return found


def _look_again(texts, named, extra):
    """Decide the names that may mean two partners by the table's other rows."""
    taken = {partner.code for partner in named if partner}
    for row, text in texts:
        if named[row] is None and partners.ambiguity(text):
            named[row] = partners.find(text, extra, taken=taken)


def _forget_titles(grid, index, named):
    """Forget the totals of a flow without a number: «Foreign trade, total» is a title there."""
    for row, text in grid.texts[index]:
        if named[row] is not None and named[row].code == "WLD" and total_in(text):
            numbers = filter(stands_for_number, grid.rows[row])
            if all(map(is_time, numbers)):
                named[row] = None


def _distinct(named):
    return len(set(named) - {None})


def _is_other(grid, index):
    """Tell by its name a column of countries that are not the partners, or one of marks.

    Marks only tell rows of a total from rows of its parts.
    """
    told = heads(grid.texts[index])
    if told[:1] == ["either"]:
        return any(head(texts) == "partner" for texts in grid.texts)
    return "total" in told or told[:1] == ["reporter"]


def _has_partners(grid, down):
    """Whether a column that is named for partners names some, or tells them by their codes."""
    columns = [at for at, texts in enumerate(grid.texts) if head(texts) == "partner"]
    return any(
        max(_distinct(down.get(at, ())), _distinct(map(partners.find_code, grid.columns[at])))
        >= FEWEST
        for at in columns
    )


# ── codes ───────────────────────────────────────────────────────────────────────────────


def _add_codes(groups, grid, extra):
    """Add the columns of codes that say what the names beside them say, or that stand alone."""
    rows = sorted({row for group in groups for row in group.rows})
    # A row may be as wide as a sheet can be, and is asked for each of its columns.
    numbers = cache(lambda row: numbers_columns(grid.rows[row]))
    for index, column in enumerate(grid.columns):
        if not _may_be_codes(column, rows) or _is_other(grid, index):
            continue
        named = _coded(column)
        _forget_numberings(grid, column, named, numbers)
        mine = next((group for group in groups if index in group.columns), None)
        alone = mine is not None and mine.columns == [index]
        if alone and _count(named) > _count(mine.partners):
            # «US» is a name too, and most codes are none; «World» stands among codes.
            groups.remove(mine)
            named = [code or name for code, name in zip(named, mine.partners, strict=True)]
        elif mine is not None:
            # «PNG» is a name too: such codes were taken for names, and compared where they are.
            if not alone and agrees(grid, mine, index, named):
                refuse_contradiction(grid, mine, index, compared(mine, named)[1])
            continue
        group, named = _group_of(grid, groups, index, named)
        if group is not None:
            refuse_contradiction(grid, group, index, compared(group, named)[1])
            take(group, index, named, grid)
        elif not groups and _distinct(named) >= FEWEST and head(grid.texts[index]) == "partner":
            for row, text in grid.texts[index]:
                named[row] = named[row] or find(text, extra)
            join(groups, index, named, grid)


def _coded(column, scheme=None):
    codes = {value: partners.find_code(value, scheme) for value in {*column} - {""}} | {"": None}
    return [codes[value] for value in column]


def _group_of(grid, groups, index, named):
    """Return the group whose partners a column of codes names, or None, and whom it names."""
    ways = [named]
    if head(grid.texts[index]) == "partner":
        # The IMF's numbers are not the UN's: they are its own where the names beside agree.
        ways.append(_coded(grid.columns[index], "imf"))
    beside = (
        groups[:1] if len(groups) == 1 else [g for g in groups if not is_parted(grid, g, index)]
    )
    for test, some in ((agrees, groups), (means_the_same, beside)):
        for way in ways:
            found = [group for group in some if test(grid, group, index, way)]
            if found:
                # Codes are of the names nearest to them, before rather than behind.
                return min(found, key=lambda group: _distance(group, index)), way
    return None, named


def _distance(group, index):
    return min((abs(at - index), at < index) for at in group.columns)


def _forget_numberings(grid, column, named, numbers):
    """Forget the code that a row seems to have which only numbers the columns."""
    for row, value in enumerate(column):
        counts = named[row] and _is_small(value) and value <= len(grid.columns)
        if counts and numbers(row):
            named[row] = None


def _count(named):
    return len(named) - named.count(None)


def _may_be_codes(column, rows):
    """Tell columns of short texts or small whole numbers beside names from others, at a glance."""
    beside = (value for row in rows if (value := column[row]) != "")
    values = islice(beside if rows else filter(None, reversed(column)), 20)
    short = list(map(_is_short, values))
    return sum(short) > len(short) / 2


def _is_short(value):
    return len(value) <= 5 if value.__class__ is str else _is_small(value)


def _is_small(value):
    return value.__class__ in NUMBERS and 0 < value < 1000 and value == int(value)
