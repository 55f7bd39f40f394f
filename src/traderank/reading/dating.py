"""Of which period a column of numbers is.

What stands nearest counts: the row's own word, the header, the titles from the nearest up,
the sheet's name, the caller. Months may stand apart from their year. A year that is no
calendar year is filed where the caller says, and keeps its true span.
"""

from __future__ import annotations

from traderank.reading.cells import says
from traderank.reading.context import nearest
from traderank.reading.periods import FISCAL, UNKNOWN, Period, of_other_calendar


def period_of(over, own, context):
    """Return the period of a column, for rows that say `own` of themselves."""
    told = [((own.period,), None)] if own.period else nearest("periods", over, context)
    found = _within(told)
    named = [period for period in says(context.grid.sheet).periods]
    if len(found) > 1 and len(_within([*told, (tuple(named), None)])) == len(named) == 1:
        found = {}  # «2019-2023» is the title of all sheets, and this one is named for its year
    if _is_span(found, over):
        raise context.refuse(
            found.popitem()[1],
            "two years stand over one column, or it is a fiscal year that cannot be told",
            "print its months there, as in «July 2022 - June 2023»",
        )
    if len(found) > 1:
        raise context.refuse(
            list(found.values())[-1],
            "more than one period is printed here: " + ", ".join(map(str, sorted(found))),
            "keep one table for each period in the sheet",
        )
    if found:
        period, place = next(iter(found.items()))
    else:
        period, place = _elsewhere(named, over, context), None
    period, stated = _in_part(period, place, over, own, context)
    _check_sheet_name(period, place, named, context)
    return _as_given(period, place, stated, context)


def _is_span(found, over):
    """Tell two years that follow each other, in one cell of the header: «2021-2022»."""
    years = sorted(period.year for period in found)
    places = {(place.row, place.column) for place in found.values() if place in over}
    return len(places) == 1 and len(years) == 2 and years[0] + 1 == years[1]


def _within(told):
    """Return the periods told; one that lies within all that is told over it stands for them."""
    if len(told) > 1 and len(told[-1][0]) == 1:
        start, end = _span(told[-1][0][0])
        spans = [list(map(_span, periods)) for periods, _ in told]
        if all(
            min(spans_of)[0] <= start and end <= max(e for _, e in spans_of) for spans_of in spans
        ):
            told = told[-1:]
    return {period: place for periods, place in told for period in periods}


def _span(period):
    return period.span if period.months > 0 else (12 * period.year, 12 * period.year + 12)


def _elsewhere(named, over, context):
    """Return the period that the sheet's name or the caller says."""
    if len(named) == 1:
        # «12_2019» may be December or the twelve months of 2019: only its year counts.
        return Period(named[0].year) if not says(context.grid.sheet).months_named else named[0]
    if context.given.year is None:
        raise context.grid.refuse("no year is printed", "give --year")
    for place in (*over, *(place for run in context.runs for place in run)):
        if year := of_other_calendar(str(place.value)):
            raise context.refuse(
                place,
                f"«{year}» may be a year of another calendar, which is not {context.given.year}",
                "print its months in the title, as in «March 2023 - February 2024»",
            )
    return Period(context.given.year)


def _in_part(period, place, over, own, context):
    """Return the period with the months that stand apart from its year; whether any do."""
    own_parts = {own.part} - {None} or _parts(over)
    if period.months == UNKNOWN and own_parts:
        period = Period(period.year)
    elif period[1:] != (12, 1, None) or (place is not None and place.says.months_named):
        return _narrowed(period, place, over, own, context), True
    parts = own_parts or _parts_in_titles(context.runs)
    if len(parts) > 1:
        raise context.refuse(
            place,
            f"parts of a year of {len(parts)} kinds are printed over {period}",
            "keep one table for each in the sheet",
        )
    for first, months in parts:
        return Period(period.year, months, first), True
    return period, False


def _narrowed(period, place, over, own, context):
    """Return a period that names its months, with those that stand nearer to the numbers.

    «January-October 2023» is the title of a column «October» too, and «October 2023» that of
    one «January-October»: months within it, or from January to its end.
    """
    below = over[over.index(place) + 1 :] if place in over else over
    parts = {own.part} - {None} or {near.says.part for near in below} - {None}
    for first, months in parts:
        part = Period(period.year, months, first)
        start, end = part.span if months else (0, 0)
        within = period.span[0] <= start and end <= period.span[1]
        if len(parts) > 1 or period.crosses or not (within or (first, end) == (1, period.span[1])):
            raise context.refuse(
                next((near for near in below if near.says.part), place),
                f"the months that stand here are not those of {period}, which stands over them",
                "keep one table for each period in the sheet",
            )
        return part
    return period


def _parts_in_titles(runs):
    """Return the months that the nearest titles name; other blocks' dates are not this one's."""
    for place, run in enumerate(reversed(runs)):
        sheets_or_own = place in (0, len(runs) - 1)
        parts = _parts(run) if sheets_or_own else {said.says.part for said in run} - {None}
        if parts:
            return parts
    return set()


def _parts(places):
    """Return the months that texts name, with a year or without."""
    parts = {place.says.part for place in places} - {None}
    for place in places:
        if place.says.months_named and len(place.says.periods) == 1:
            parts.add((place.says.periods[0].first, place.says.periods[0].months))
    return parts


def _check_sheet_name(period, place, named, context):
    if named and period.year not in {other.year for other in named}:
        raise context.refuse(
            place,
            f"the year printed here is {period.year}, but the sheet is named "
            f"«{context.grid.sheet}»",
            "find out which is right and correct the other",
        )
    months_named = named and says(context.grid.sheet).months_named
    if months_named and period.span[1] % 12 not in {other.span[1] % 12 for other in named}:
        raise context.refuse(
            place,
            f"the period printed here is {period}, but the sheet is named «{context.grid.sheet}»",
            "find out which is right and correct the other",
        )


def _as_given(period, place, stated, context):
    """Return the period if it agrees with what the caller says of it."""
    year, months = context.given.year, context.given.months
    if period.months == UNKNOWN and months is not None:
        period, stated = Period(period.year, months), True
    if period.crosses:
        return _filed(period, place, year, context)
    if year is not None and year != period.year:
        raise context.refuse(
            place, f"{period.year} is printed, but {year} was given", "leave out --year"
        )
    if months is not None and months != period.months:
        if stated:
            raise context.refuse(
                place,
                f"{period.months} months are printed, but {months} were given",
                "leave out --months",
            )
        period = Period(period.year, months)
    return period


def _filed(period, place, year, context):
    """File a year that is no calendar year where the caller says; its own span is kept."""
    if period.months in (UNKNOWN, FISCAL):
        fiscal = period.months == FISCAL
        raise context.refuse(
            place,
            f"a {'fiscal year' if fiscal else 'part of a year'} is printed that cannot be told",
            "print its months in the title, as in «July 2022 - June 2023»"
            if fiscal
            else "give --months",
        )
    if year is None:
        raise context.refuse(
            place,
            f"{period} is a fiscal year, not a calendar year",
            "say with --year under which year to file it",
        )
    return period._replace(year=year, starts=period.starts or period.year)
