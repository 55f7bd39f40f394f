"""Change a year, a flow, a scale or a currency in a title, a header or a column of words."""

import re
from functools import partial

from rendering.wording import PHRASES

from changing.became import Slip, changed, lines_of, outcome
from changing.books import panels_of
from traderank import partners


def _listed_pairs(one, other):
    """Return the words of one key, in all languages, each with a word of the other."""
    return {
        word.strip().casefold(): words[other][0].strip().casefold()
        for words in PHRASES.values()
        if other in words
        for word in words.get(one, ())
        if word.strip()
    }


SCALES = _listed_pairs("scale_3", "scale_6") | _listed_pairs("scale_6", "scale_3")
SCALES |= _listed_pairs("scale_9", "scale_6")
CURRENCIES = {
    word: new
    for code in ("KZT", "RUB", "CNY", "KGS", "UAH", "GBP", "AZN", "TRY", "EUR", "USD")
    for word, new in _listed_pairs(code, "USD" if code == "EUR" else "EUR").items()
}
FLOWS = _listed_pairs("export", "import") | _listed_pairs("import", "export")
YEAR = re.compile(r"(?<!\d)(19[89]|20[0-2])\d(?!\d)")


def _exchanged(text, pairs):
    """Return a text with one listed word exchanged, and without any; None if it has none."""
    low = text.casefold()
    words = sorted((word for word in pairs if _begins(word, low)), key=len, reverse=True)
    if not words or (pairs is FLOWS and any(_begins(pairs[word], low) for word in words)):
        return None
    bare = low
    for word in words:
        bare = re.sub(_begin(word), "", bare)
    return re.sub(_begin(words[0]), pairs[words[0]].replace("\\", ""), low), bare


def _begin(word):
    return ("" if ord(word[0]) > 0x3400 else r"(?<!\w)") + re.escape(word)


def _begins(word, low):
    return re.search(_begin(word), low)


def _other_year(value, years):
    """Return what a text or number says with another year, and with none; None if it has none."""
    if value.__class__ is float:
        return (value + years, "") if 1990 <= value <= 2029 and value % 1 == 0 else None
    if value.__class__ is not str or not YEAR.search(value):
        return None
    new = YEAR.sub(lambda found: str(int(found[0]) + years), value, count=1)
    return new, YEAR.sub("", value)


WORDS = {
    "a year, one more": lambda value: _other_year(value, 1),
    "a year, ten less": lambda value: _other_year(value, -10),
    "a flow": lambda value: _exchanged(value, FLOWS) if value.__class__ is str else None,
    "a scale": lambda value: _exchanged(value, SCALES) if value.__class__ is str else None,
    "a currency": lambda value: _exchanged(value, CURRENCIES) if value.__class__ is str else None,
}


def word_slips(book, checks, rng):
    """Change what a title, a header or a column of words says, in one cell."""
    numbers = {
        (panel.grid.sheet, place)
        for panel in panels_of(book)
        for row in range(len(panel.partners))
        for place in lines_of(panel, row).values()
    }
    sheets = {sheet for sheet, _ in numbers}
    for kind, change in WORDS.items():
        found = [
            (grid.sheet, (r, c), made)
            for grid in book.grids
            if grid.sheet in sheets
            for r, values in enumerate(grid.rows)
            for c, value in enumerate(values)
            if value != ""
            and (grid.sheet, (r, c)) not in numbers
            and not partners.find(value)
            and (made := change(value))
        ]
        if found:
            sheet, place, (new, bare) = rng.choice(found)
            told = partial(_said_twice, book, sheet, place, bare)
            yield Slip(kind, (place, new), changed(book, sheet, {place: new}), told)


def _said_twice(book, sheet, place, bare, after):
    """Whether a word is printed again: the table reads the same without it. Or rows collide.

    A blank below or behind the same word is said by that word, of another row or column.
    """
    if after.duplicated(["reporter", "partner", "flow", "period", "product"]).any():
        return True
    rows = next(grid.rows for grid in book.grids if grid.sheet == sheet)
    (row, column), said = place, rows[place[0]][place[1]]
    above = any(values[column] == said for values in rows[:row])
    if above or said in rows[row][:column]:
        return False
    return outcome(book, changed(book, sheet, {place: bare}))[0] == "no effect"
