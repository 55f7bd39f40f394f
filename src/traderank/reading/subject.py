"""Whether a table is of trade in goods, and whose: by what its titles and headers say."""

from __future__ import annotations

import re

from traderank import partners
from traderank.reading.cells import countries_in, says
from traderank.reading.grid import NUMBERS
from traderank.reading.known import is_understood, words_in
from traderank.reading.numbers import opening
from traderank.reading.words import exact, plain

#: What is no value of trade, where a title says it of the whole table.
_NO_VALUES = ("weight", "price", "growth", "balance", "reexport")

#: The base of an index: «2015 = 100».
_INDEX = re.compile(r"=\s*100(?!\d)")

_GIVE = "give a table of exports or imports of goods by partner country"


def check_subject(walked):
    """Refuse a table that is not of trade in goods by partner country, or another country's.

    A table is believed to be of trade where it says so, and says nothing beside that which is
    not known. Where it does not say so, it is believed on the caller's word only if every one
    of its words is known.
    """
    grid = walked.grid
    titles = [place for block in walked.blocks for run in block.titles for place in run]
    heads = [place for block in walked.blocks for places in block.heads for place in places]
    titles, heads = list(dict.fromkeys(titles)), list(dict.fromkeys(heads))
    _refuse_other(grid, titles, heads)
    _refuse_measure(grid, titles, heads)
    _refuse_matrix(grid, heads)
    # What stands over a column of growth or weights is said of that column alone.
    telling = titles + [place for place in heads if not place.says.measure]
    _refuse_unknown_goods(grid, telling)
    said = {dimension.what for dimension in walked.dimensions[0]}
    if "flow" not in said and not _says_trade(walked, titles + heads):
        _refuse_unsaid(walked, telling)
    if "unit" not in said and not any(p.says.unit for p in (*titles, *heads, *walked.notes)):
        _refuse_unknown_unit(grid, titles, heads)
    _check_reporter(grid, walked.given, titles)


def _refuse(grid, place, reason, remedy=_GIVE):
    reason = f"«{_short(place.value)}»: {reason}"
    return grid.refuse(reason, remedy, row=place.row, column=place.column)


def _short(value):
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


# ── what a table says that is no trade in goods ─────────────────────────────────────────


def _refuse_other(grid, titles, heads):
    for place in titles + heads:
        if place.says.other:
            what = f"this is a table of {place.says.other}, not of trade in goods as a whole"
            raise _refuse(grid, place, what)
    named = says(grid.sheet)
    if named.other and not any(place.says.flow for place in titles + heads):
        raise grid.refuse(
            f"the sheet is named «{grid.sheet}»: this is {named.other}, not trade in goods", _GIVE
        )


def _refuse_measure(grid, titles, heads):
    """Refuse what a title says of all columns, unless they say themselves what they are."""
    by_column = any(p.says.flow or p.says.measure or p.says.unit for p in heads)
    has_unit = any(place.says.unit for place in titles + heads)
    for place in titles:
        measure = "growth" if _INDEX.search(str(place.value)) else place.says.measure
        # Tonnes over the whole table; over one column they only keep it from use.
        whole = measure in ("weight", "price") and not place.says.unit
        if whole or (measure in _NO_VALUES and not by_column):
            raise _refuse(
                grid, place, f"this is a table of {_plural(measure)}, not of the value of trade"
            )
        of_shares = measure in ("share", "percent")
        if of_shares and has_unit:
            of_shares = measure == "share" and not words_in(place.value).is_structure
        if of_shares and not by_column:
            raise _refuse(grid, place, "this is a table of shares, not of the value of trade")


def _plural(measure):
    return {"reexport": "re-exports", "growth": "growth"}.get(measure, f"{measure}s")


def _refuse_matrix(grid, heads):
    named = [place for place in heads if _is_country(place.value)]
    if len(named) > 1:
        raise _refuse(
            grid,
            named[0],
            "countries stand over the columns and beside the rows, and nothing tells which report",
            "give the table of one reporter",
        )


def _is_country(value):
    if value.__class__ is not str:
        return False
    partner = partners.find(value)
    if partner is None and len(value.strip()) == 3 and value.isupper():
        partner = partners.find_code(value.strip())
    return partner is not None and partner.kind == "country"


# ── words that are not known ────────────────────────────────────────────────────────────


def _refuse_unknown_goods(grid, places):
    for place in places:
        if place.value.__class__ is str and (beside := words_in(place.value).beside):
            raise _refuse(
                grid,
                place,
                f"«{beside[0]}» beside the word of trade is not known, and may be a product",
                "if the table is of all goods, take the word out of the title",
            )


def _says_trade(walked, places):
    """Tell whether anything printed says that a table is of trade in goods."""
    texts = [place.value for place in places if place.value.__class__ is str]
    texts += [walked.grid.sheet, *(text for _, text in walked.parts)]
    return any(text.__class__ is str and words_in(text).says_trade for text in texts)


def _refuse_unsaid(walked, places):
    """Refuse a text that is not understood in a table that nothing says is of trade."""
    odd = [place for place in places if _is_odd(place)]
    odd += [note for note in walked.notes if _is_odd_note(note)]
    for place in odd[:1]:
        raise _refuse(
            walked.grid,
            place,
            "nothing printed here says that this is trade",
            "if it is, say so in the title, with the word exports or imports",
        )
    # A name with numbers or strokes in it is the program's that wrote it.
    name = walked.grid.sheet
    if name.replace(" ", "").isalpha() and not is_understood(name):
        raise walked.grid.refuse(
            f"the sheet is named «{_short(name)}», and nothing printed here says that "
            "this is trade",
            "if it is, say so in the title, with the word exports or imports",
        )


def _refuse_unknown_unit(grid, titles, heads):
    """Refuse a short title that is not understood, where no unit is printed: it may be one."""
    for place in titles:
        if (_is_odd(place) and words_in(place.value).may_be_unit) or _is_empty(
            place, titles + heads
        ):
            raise _refuse(
                grid,
                place,
                "no unit of money is printed, and this may be another unit",
                "print the unit in the title, as in «thousand USD»",
            )


def _is_of_other(note):
    """Tell a note that names what a title would be refused for."""
    if note.value.__class__ is not str or words_in(note.value).is_aside:
        return False
    said = note.says
    return bool(said.other or said.measure in _NO_VALUES or words_in(note.value).beside)


def _is_odd_note(note):
    """Tell a note that names another thing, or is not understood and is no mere remark."""
    return _is_of_other(note) or (_is_odd(note) and not words_in(note.value).is_remark)


def _is_odd(place):
    """Tell a text that is not understood, and is no footnote, source or date."""
    text = place.value
    if text.__class__ is not str or is_understood(text):
        return False
    return not (words_in(text).is_aside or opening(text))


def _is_empty(place, others):
    """Tell a word as «units» that stands alone in its row."""
    text = place.value
    if text.__class__ is not str or not words_in(text).is_empty:
        return False
    named = exact("head", plain(text)) not in (None, "unit")
    return not named and sum(other.row == place.row for other in others) == 1


# ── whose trade it is ───────────────────────────────────────────────────────────────────


def _check_reporter(grid, given, titles):
    for place in titles:
        if place.value.__class__ is str and place.says.unit is None and given.reporter:
            named = countries_in(place.value)
            if named and given.reporter not in named:
                raise _refuse(
                    grid,
                    place,
                    f"the title names {', '.join(sorted(named))}, but the reporter given is "
                    f"{given.reporter}",
                    "give the --reporter whose table this is",
                )


def groups_only(grid, labels):
    """Return the refusal of a table that names groups of countries and no country, or None."""
    rows = [row for row, partner in enumerate(labels.partners) if partner is not None]
    if any(labels.partners[row].kind == "country" for row in rows):
        return None
    if not any(value.__class__ in NUMBERS for row in rows for value in grid.rows[row]):
        return None
    names = list(dict.fromkeys(" ".join(labels.names[row].split()) for row in rows))
    return grid.refuse(
        "no partner countries are named here, only groups: " + ", ".join(names[:6]),
        "give a table by partner country",
        row=rows[0],
        column=labels.columns[0],
    )
