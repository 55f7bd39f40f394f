"""What one year's table of a workbook has otherwise than the next: it is said, and kept."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from traderank.reading.doubts import descents


def compare_years(panels):
    """Return a note on each oddity between tables of the same flows, one year and the next."""
    notes = []
    ordered = sorted(panels, key=lambda panel: panel.columns[0].period)
    for earlier, later in pairwise(ordered):
        if _flows(earlier) == _flows(later):
            notes += _gone(earlier, later) + _gone(later, earlier)
            notes += _moved(later, earlier) + _of_other_length(later, earlier)
    return notes


def _flows(panel):
    return {column.flow for column in panel.columns if column.measure == "value"}


def _gone(here, there):
    """Name the groups, remainders and larger half of partners that the other year lacks.

    Small countries come and go. A large one that is not there may have another's name.
    """
    known = set(there.codes)
    gone = [row for row, code in enumerate(here.codes) if code not in known]
    values = [at for at, column in enumerate(here.columns) if column.measure == "value"]
    if not gone:
        return []
    numbers = here.numbers[:, values]
    size = np.where(np.isnan(numbers), 0.0, numbers).sum(axis=1).tolist()
    middle = sorted(size)[len(size) // 2]
    odd = [row for row in gone if size[row] > middle or here.kinds[row] != "country"]
    names = ", ".join(f"«{here.name(row)}» (row {here.row_of[row, 0] + 1})" for row in odd[:12])
    return [_note(here, f"in no row of {there.grid.called()}: {names}")] if odd else []


def _moved(here, there):
    """Name the neighbours that stand the other way round in the other year."""
    places = {code: place for place, code in enumerate(there.codes)}
    keys = [places[code] for code in here.codes if code in places]
    breaks = descents(keys, -1, len(keys))
    if not 0 < len(breaks) <= len(keys) / 10:
        return []
    both = [row for row, code in enumerate(here.codes) if code in places]
    names = ", ".join(
        f"«{here.name(both[at])}» (row {here.row_of[both[at], 0] + 1}) before "
        f"«{here.name(both[at + 1])}»"
        for at in breaks
    )
    return [_note(here, f"in another order than on {there.grid.called()}: {names}")]


def _of_other_length(here, there):
    period, other = here.columns[0].period, there.columns[0].period
    if period.months == other.months:
        return []
    return [_note(here, f"{period.months} months, {there.grid.called()} has {other.months}")]


def _note(here, text):
    return here.grid.remark(text)
