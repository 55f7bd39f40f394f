"""What a column of numbers is: value or share, of which flow, when, in what unit.

What stands nearest counts: the row and the header of the column itself, then the titles
over it from the nearest up, then the name of the sheet, then what the caller says. What is
said twice must agree; what nobody says is refused, and never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from traderank.reading.cells import UNKNOWN_SCALE, Unit, says
from traderank.reading.numbers import footnote, opening
from traderank.reading.periods import FISCAL, UNKNOWN, Period

#: What a column may count and be used. Others are noted and left out.
USED = ("value", "share")


class Column(NamedTuple):
    """What a column of numbers is."""

    measure: str
    flow: str | None
    period: Period
    unit: Unit
    status: str | None = None
    reporter: str | None = None
    product: str = "TOTAL"
    classification: str | None = None

    @property
    def series(self):
        """What its values must agree in to be counted together."""
        return self.reporter, self.product, self.classification, self.flow, self.period


@dataclass(slots=True)
class Context:
    """What stands over a whole block: titles, notes, the sheet's name, the caller's word."""

    grid: object
    runs: list
    notes: list
    given: object
    #: What the titles were found to say, for each thing that was asked of them.
    asked: dict = field(default_factory=dict)

    def above(self, what):
        """Return what the nearest titles say that say it at all."""
        if what not in self.asked:
            told = (_told(what, places) for places in reversed(self.runs))
            self.asked[what] = next(filter(None, told), [])
        return self.asked[what]

    def refuse(self, place, reason, remedy=None):
        """Refuse for what stands in a cell, or in the sheet where no cell is to blame."""
        if place is None:
            return self.grid.refuse(reason, remedy)
        return self.grid.refuse(reason, remedy, row=place.row, column=place.column)


def column_of(index, over, own, context):
    """Say what a column is, for rows that say `own` of themselves.

    Returns
    -------
    Column, or str
        Of a column that is not used, what it counts.
    """
    measures = [place.says.measure for place in over if place.says.measure]
    measure = own.measure or (measures[-1] if measures else "value")
    if measure == "percent":
        measure = "share"
    if measure not in USED:
        return measure
    if other := _other_currency(over, context):
        return f"in {other}"
    return Column(
        measure,
        _flow(index, over, own, context),
        _period(over, own, context),
        # A share is of no unit.
        _unit(over, own, context) if measure == "value" else None,
        _status(over, context),
        _reporter(own, context),
        own.product or "TOTAL",
        own.classification,
    )


def _other_currency(over, context):
    """Return the unit of a column in another currency than the one that was asked for."""
    given = context.given.unit
    own = [place.says.unit for place in over if place.says.unit]
    if given is None or not own or own[-1].currency in (given.currency, "$"):
        return None
    return own[-1]


def _reporter(own, context):
    given = context.given.reporter
    if own.reporter is None and given is None:
        raise context.grid.refuse(
            "nothing says which country reports",
            "give --reporter with its ISO alpha-3 code, as in --reporter KAZ",
        )
    if None not in (own.reporter, given) and own.reporter != given:
        raise context.grid.refuse(
            f"the reporter printed here is {own.reporter}, but {given} was given",
            "give the --reporter whose table this is",
        )
    return own.reporter or given


def _nearest(what, over, context):
    """Return what the nearest level says, from the top down: pairs of a thing and its place."""
    return _told(what, over) or context.above(what)


def _told(what, places):
    told = [(getattr(place.says, what), place) for place in places]
    return [(value, place) for value, place in told if value not in (None, ())]


def _flow(index, over, own, context):
    told = _nearest("flow", over, context)
    if own.flow:
        told = [pair for pair in told if pair[1] in over] + [(own.flow, None)]
    if told and told[-1][0] != "turnover":
        # «Turnover by country» is the title of exports and imports too.
        told = [pair for pair in told if pair[0] != "turnover"]
    found = dict(told)
    if len(found) > 1:
        raise context.refuse(
            next(place for _, place in reversed(told) if place),
            f"{context.grid.line(index)} is headed both {' and '.join(sorted(found))}",
            "the header contradicts itself: get the file again or correct it",
        )
    given = context.given.flow
    named = says(context.grid.sheet).flow
    if named and "turnover" in found and found["turnover"] not in over and own.flow is None:
        found = {}  # the title of the whole; the sheet is of one flow
    flow = next(iter(found), None) or named or given
    if given and flow != given:
        raise context.refuse(
            found.get(flow), f"the sheet says {flow}, but {given} was given", "leave out --flow"
        )
    return flow


def _period(over, own, context):
    told = [((own.period,), None)] if own.period else _nearest("periods", over, context)
    found = _within(told)
    named = [period for period in says(context.grid.sheet).periods]
    if len(found) > 1 and len(_within([*told, (tuple(named), None)])) == len(named) == 1:
        found = {}  # «2019-2023» is the title of all sheets, and this one is named for its year
    if len(found) > 1:
        raise context.refuse(
            list(found.values())[-1],
            "more than one period is printed here: " + ", ".join(map(str, sorted(found))),
            "keep one table for each period in the sheet",
        )
    if found:
        period, place = next(iter(found.items()))
    else:
        period, place = _elsewhere(named, context), None
    period, stated = _in_part(period, place, over, own, context)
    _check_sheet_name(period, place, named, context)
    return _as_given(period, place, stated, context)


def _within(told):
    """Return the periods told; one that lies within all that is told over it stands for them."""
    if told and len(told[-1][0]) == 1:
        start, end = _span(told[-1][0][0])
        spans = [list(map(_span, periods)) for periods, _ in told]
        if all(
            min(spans_of)[0] <= start and end <= max(e for _, e in spans_of) for spans_of in spans
        ):
            told = told[-1:]
    return {period: place for periods, place in told for period in periods}


def _span(period):
    return period.span if period.months > 0 else (12 * period.year, 12 * period.year + 12)


def _elsewhere(named, context):
    """Return the period that the sheet's name or the caller says."""
    if len(named) == 1:
        # «12_2019» may be December or the twelve months of 2019: only its year counts.
        return Period(named[0].year) if not says(context.grid.sheet).months_named else named[0]
    if context.given.year is None:
        raise context.grid.refuse("no year is printed", "give --year")
    return Period(context.given.year)


def _in_part(period, place, over, own, context):
    """Return the period with the months that stand apart from its year; whether any do."""
    own_parts = {own.part} - {None} or _parts(over)
    if period.months == UNKNOWN and own_parts:
        period = Period(period.year)
    elif period[1:] != (12, 1, None) or (place is not None and place.says.months_named):
        return period, True
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
    name = says(context.grid.sheet)
    ends = {other.span[1] % 12 for other in named}
    if named and name.months_named and period.span[1] % 12 not in ends:
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


def _unit(over, own, context):
    """Return the unit: its currency and its scale may stand in two places."""
    found = {own.unit: None} if own.unit else dict(_nearest("unit", over, context))
    found = found or {place.says.unit: place for place in context.notes if place.says.unit}
    found = _named(found)
    if len(found) > 1:
        raise context.refuse(
            list(found.values())[-1],
            "two units are printed: " + " and ".join(map(str, found)),
            "find out which is right and correct the other",
        )
    unit, place = next(iter(found.items()), (None, None))
    unit = _scaled(unit, place, over, context)
    given = context.given.unit
    if unit is None and given is None:
        raise context.grid.refuse("no unit is printed", 'give --unit, as in --unit "thousand USD"')
    if unit is None:
        return given
    if unit.scale == UNKNOWN_SCALE:
        return _known_scale(unit, place, given, context)
    if unit.currency == "$" and given is not None and given.scale == unit.scale:
        return given
    if unit.currency == "$":
        raise context.refuse(
            place, "dollars are printed, but not whose", 'give --unit, as in --unit "thousand USD"'
        )
    if given not in (None, unit):
        raise context.refuse(
            place,
            f"the unit printed here is {unit}, but {given} was given",
            "leave out --unit, or find out which is right",
        )
    return unit


def _named(found):
    """Leave out dollars that are named beside: «thousand $ (миң АКШ доллары)»."""
    scales = {unit.scale for unit in found if unit.currency != "$"}
    return {u: place for u, place in found.items() if u.currency != "$" or u.scale not in scales}


def _known_scale(unit, place, given, context):
    """Take the caller's word for a unit with a word beside it that nobody here knows."""
    if given is None or given.currency != unit.currency:
        raise context.refuse(
            place,
            f"«{' '.join(place.value.split())}» is {unit}: a word beside it is not known",
            'give --unit, as in --unit "thousand USD"',
        )
    return given


def _scaled(unit, place, over, context):
    """Join a currency with a scale that stands elsewhere; refuse two scales."""
    scales = dict(_nearest("scale", over, context))
    if not scales:
        return unit
    scale, where = next(iter(scales.items()))
    base = unit or context.given.unit
    if len(scales) > 1 or (base is not None and base.scale not in (1, scale)):
        raise context.refuse(
            where,
            "two scales are printed or given: thousands, millions or billions",
            "find out which is right and correct the other",
        )
    if unit is not None:
        return Unit(scale, unit.currency)
    if context.given.unit is not None and context.given.unit.scale != scale:
        raise context.refuse(
            where,
            f"the scale printed here is {scale:,}, but {context.given.unit} was given",
            "find out which is right",
        )
    return None


def _status(over, context):
    for places in (over, _footnotes(over, context), *reversed(context.runs)):
        found = {place.says.status for place in places if place.says.status}
        if len(found) == 1:
            status = found.pop()
            if context.given.status not in (None, status):
                raise context.grid.refuse(
                    f"the sheet says {status}, but {context.given.status} was given",
                    "leave out --status",
                )
            return status
    return context.given.status


def _footnotes(over, context):
    """Return the notes that the texts of a header refer to by a sign at their end."""
    signs = {sign for place in over if (sign := footnote(place.value))}
    return [note for note in context.notes if opening(note.value) in signs]
