"""What a column of numbers is: value or share, of which flow, when, in what unit.

What stands nearest counts: the row and the header of the column itself, then the titles
over it from the nearest up, then the name of the sheet, then what the caller says. What is
said twice must agree; what nobody says is refused, and never guessed.
"""

from __future__ import annotations

from typing import NamedTuple

from traderank.reading.cells import UNKNOWN_SCALE, Unit, says
from traderank.reading.context import nearest
from traderank.reading.dating import period_of
from traderank.reading.numbers import footnote, opening
from traderank.reading.periods import Period

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
        period_of(over, own, context),
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


def _flow(index, over, own, context):
    told = nearest("flow", over, context)
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
    above = "turnover" in found and found["turnover"] not in over and own.flow is None
    if above and (named or context.is_parted):
        found = {}  # the title of the whole; the sheet, or each column of it, is of one flow
    flow = next(iter(found), None) or named or given
    if given and flow != given:
        raise context.refuse(
            found.get(flow), f"the sheet says {flow}, but {given} was given", "leave out --flow"
        )
    return flow


def _unit(over, own, context):
    """Return the unit: its currency and its scale may stand in two places."""
    found = {own.unit: None} if own.unit else dict(nearest("unit", over, context))
    found = found or {place.says.unit: place for place in context.notes if place.says.unit}
    found = _named(found)
    if len(found) > 1:
        raise context.refuse(
            list(found.values())[-1],
            "two units are printed: " + " and ".join(map(str, found)),
            "find out which is right and correct the other",
        )
    unit, place = next(iter(found.items()), (None, None))
    unit = _scaled(unit, place, over, own, context)
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


def _scaled(unit, place, over, own, context):
    """Join a currency with a scale that stands elsewhere; refuse two scales."""
    scales = {own.scale: place} if own.scale else dict(nearest("scale", over, context))
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
    footnotes = _footnotes(over, context) if context.notes else ()
    for places in (over, footnotes, *reversed(context.runs)):
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
