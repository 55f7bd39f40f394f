"""The tidy table: what was read and proved, one row for each number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from traderank.reading import rounding
from traderank.reading.cells import one_line
from traderank.table import COLUMNS

_TEXT = pd.StringDtype(na_value=np.nan)


def pieces(panel, numbers, places, word, given):
    """Yield the tidy columns of one table's flows; a word that is the same all down is one."""
    shares = {c.series: at for at, c in enumerate(panel.columns) if c.measure == "share"}
    partners = {
        "partner": panel.codes,
        "partner_name": list(map(one_line, panel.names)),
        "kind": panel.kinds,
    }
    for at, column in enumerate(panel.columns):
        if column.measure != "value" or column.flow == "turnover":
            continue
        there = panel.row_of[:, at] >= 0
        every = bool(there.all())
        named = partners if every else {n: _where(told, there) for n, told in partners.items()}
        yield named | {
            "reporter": column.reporter,
            "product": column.product,
            "classification": column.classification,
            "currency": column.unit.currency,
            "vintage": given.vintage,
            "status": column.status,
            "source": given.source,
            "sheet": panel.grid.sheet or None,
            "proof": word,
            "flow": column.flow,
            "year": column.period.year,
            "period": str(column.period),
            "months": column.period.months,
            "value": _scaled(numbers, places, there, at, round(np.log10(column.unit.scale))),
            "share_published": _shares(panel, numbers, places, there, shares.get(column.series)),
            "cell": panel.cells(at, there),
        }


def _where(items, mask):
    return [item for item, chosen in zip(items, mask, strict=True) if chosen]


def _scaled(numbers, places, rows, at, power):
    return rounding.rescale(numbers[rows, at], places[rows, at], power)


def _shares(panel, numbers, places, rows, share):
    """Return the printed shares, 0 to 1; a share may be printed in per cent or as a fraction."""
    if share is None:
        return np.full(int(rows.sum()), np.nan)
    whole = "WLD" in panel.codes and numbers[panel.codes.index("WLD"), share] == 1.0
    return _scaled(numbers, places, rows, share, 0 if whole else -2)


def frame(pieces):
    """Join the columns of all tables of a file as one tidy table."""
    lengths = [len(piece["value"]) for piece in pieces]
    columns = {
        "year": np.repeat([piece["year"] for piece in pieces], lengths),
        "months": np.repeat([piece["months"] for piece in pieces], lengths),
        "value": np.concatenate([piece["value"] for piece in pieces]),
        "share_published": np.concatenate([piece["share_published"] for piece in pieces]),
    }
    # Making texts is what takes time: each is made once, and all are taken to their places.
    texts = [name for name in COLUMNS if name not in columns]
    words, known = [], {}

    def place(told):
        down = told.__class__ is list
        at = known.setdefault(id(told) if down else told, len(words))
        if at == len(words):
            words.extend(told if down else [told])
        return at

    places = np.array([[place(piece[name]) for piece in pieces] for name in texts])
    places = np.repeat(places, lengths, axis=1)
    down = [at for at, name in enumerate(texts) if pieces[0][name].__class__ is list]
    places[down] += np.concatenate(list(map(np.arange, lengths)))
    taken = pd.array(words, dtype=_TEXT).take(places.ravel())
    for at, name in enumerate(texts):
        columns[name] = taken[at * sum(lengths) : (at + 1) * sum(lengths)]
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)
