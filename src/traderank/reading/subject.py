"""Whether a table is of trade in goods, and whose: by what its titles and headers say."""

from __future__ import annotations

from traderank import partners
from traderank.reading.cells import countries_in, says
from traderank.reading.words import exact, hits, plain, tokens


def check_subject(walked):
    """Refuse a table that is not of trade in goods by partner country, or another country's.

    Where the table itself names no flow and no trade, it is only believed to be of trade, on
    the caller's word, if it says nothing else either.
    """
    grid, given = walked.grid, walked.given
    titles = [place for block in walked.blocks for run in block.titles for place in run]
    heads = [place for block in walked.blocks for places in block.heads for place in places]
    for place in dict.fromkeys(titles + heads):
        if place.says.other:
            raise _refuse(
                grid,
                place,
                f"«{_short(place.value)}»: this is a table of {place.says.other}, not of trade in "
                "goods as a whole",
                "give a table of exports or imports of goods by partner country",
            )
    for place in titles:
        # Tonnes over the whole table; over one column they only keep it from use.
        if place.says.measure in ("weight", "price") and not place.says.unit:
            raise _refuse(
                grid,
                place,
                f"«{_short(place.value)}»: this is a table of {place.says.measure}s, not of the "
                "value of trade in goods",
                "give a table of exports or imports of goods by partner country",
            )
    named = says(grid.sheet)
    if named.other and not any(place.says.flow for place in titles + heads):
        raise grid.refuse(
            f"the sheet is named «{grid.sheet}»: this is {named.other}, not trade in goods",
            "give a table of exports or imports of goods by partner country",
        )
    if not (named.trade or named.flow or any(p.says.trade or p.says.flow for p in titles + heads)):
        for place in titles + heads:
            if place.value.__class__ is str and not _is_understood(place.value):
                raise _refuse(
                    grid,
                    place,
                    f"«{_short(place.value)}»: nothing printed here says that this is trade",
                    "if it is, say so in the title, with the word exports or imports",
                )
    _check_reporter(grid, given, titles)


def _refuse(grid, place, reason, remedy):
    return grid.refuse(reason, remedy, row=place.row, column=place.column)


def _short(value):
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def groups_only(grid, labels):
    """Return the refusal of a table that names groups of countries and no country, or None."""
    rows = [row for row, partner in enumerate(labels.partners) if partner is not None]
    if any(labels.partners[row].kind == "country" for row in rows):
        return None
    if not any(value.__class__ in (float, int) for row in rows for value in grid.rows[row]):
        return None
    names = list(dict.fromkeys(" ".join(labels.names[row].split()) for row in rows))
    return grid.refuse(
        "no partner countries are named here, only groups: " + ", ".join(names[:6]),
        "give a table by partner country",
        row=rows[0],
        column=labels.columns[0],
    )


def _is_understood(text):
    """Tell whether a text says nothing but what the reader knows."""
    low = plain(text)
    if exact("head", low) or partners.find(text) or says(text).of_numbers:
        return True
    parts = tokens(low)
    found = hits(parts)
    if any(hit.table == "dated" for hit in found):
        return True
    known = {at for hit in found for at in range(hit.start, hit.end)}
    rest = [part for at, part in enumerate(parts) if at not in known and part.isalpha()]
    return not [part for part in rest if len(part) > 2] or bool(countries_in(text))


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
