"""What stands over a block of records, and which of it is nearest to a column."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Context:
    """What stands over a whole block: titles, notes, the sheet's name, the caller's word."""

    grid: object
    runs: list
    notes: list
    given: object
    #: Whether the header says of some columns that they are exports, or imports.
    is_parted: bool = False
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


def nearest(what, over, context):
    """Return what the nearest level says, from the top down: pairs of a thing and its place."""
    return _told(what, over) or context.above(what)


def _told(what, places):
    told = [(getattr(place.says, what), place) for place in places]
    return [(value, place) for value, place in told if value not in (None, ())]
