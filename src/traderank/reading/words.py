"""The words of tables: a text in, what its words mean out.

The words are data: ``words.toml``, those of time ``times.toml``, those of units ``units.toml``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

# A Chinese text has no blanks: each of its signs stands alone. Numbers part from letters, and
# so does a footnote's raised number.
_LETTERS = r"[^\W\d_\u3400-\u9fff¹²³⁰⁴-⁹]+"
_TOKEN = re.compile(rf"[\u3400-\u9fff]|\d+|{_LETTERS}(?:'{_LETTERS})*|[^\w\s.]|_")
_FILES = ("words.toml", "times.toml", "units.toml")
_EXACT = ("head", "total", "flow_code", "scale_code", "marks", "code", "unsure")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʻʼ`´ʹ", "'"))


class Hit(NamedTuple):
    """One word found in a text: of which table, its meaning, its place among the tokens."""

    table: str
    meaning: str
    start: int
    end: int


def plain(text):
    """Fold case, blanks, apostrophes and the dot that a Turkish capital leaves behind."""
    return " ".join(text.casefold().replace("\u0307", "").translate(_APOSTROPHES).split())


def tokens(low):
    """Part a folded text into words, numbers, Chinese signs and marks, without full stops.

    >>> tokens("тыс. долл.сша"), tokens("2023年1月"), tokens("ming so'm")
    (['тыс', 'долл', 'сша'], ['2023', '年', '1', '月'], ['ming', "so'm"])
    """
    return _TOKEN.findall(low)


def places(low):
    """Return where in the folded text each of its tokens begins."""
    return [match.start() for match in _TOKEN.finditer(low)]


def hits(parts):
    """Find the listed words among the tokens of a text: in each table the longest at a place.

    >>> [hit[:2] for hit in hits(tokens("тыс. долларов сша"))]
    [('currency', '$'), ('scale', '1000'), ('whose', 'USD')]
    """
    found, taken = [], {}
    for place in range(len(parts)):
        best = {}
        for table, phrase, meaning in _fitting(parts, place):
            if place >= taken.get(table, 0):
                # The longest phrase counts, then the one of the most letters.
                letters = sum(map(len, phrase)) - 2 * any(word[-1] == "*" for word in phrase)
                best[table] = max(best.get(table, (0, 0, "")), (len(phrase), letters, meaning))
        for table, (length, _, meaning) in best.items():
            found.append(Hit(table, meaning, place, place + length))
            taken[table] = place + length
    return sorted(found)


def exact(table, low):
    """Return the meaning of a whole folded text in one of the tables that are matched so."""
    return _whole()[table].get(low)


def _fitting(parts, place):
    """Yield the phrases of all tables that begin at a place, with table and meaning."""
    index, longest = _phrases()
    word = parts[place]
    for length in range(1, min(len(word), longest) + 1):
        for table, phrase, meaning in index.get(word[:length], ()):
            if _fits(phrase, parts[place : place + len(phrase)]):
                yield table, phrase, meaning


def _fits(phrase, parts):
    return len(phrase) == len(parts) and all(
        part.startswith(word[:-1]) if word[-1] == "*" else part == word
        for word, part in zip(phrase, parts, strict=True)
    )


@cache
def _toml():
    folder = resources.files("traderank.reading")
    files = [tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in _FILES]
    return {table: words for file in files for table, words in file.items()}


@cache
def _whole():
    return {
        name: {plain(word): meaning for meaning, words in _toml()[name].items() for word in words}
        for name in _EXACT
        if name != "total"
    }


@cache
def totals():
    """Return, for the columns by which a long table repeats its totals, the marks of a total."""
    return {plain(name): set(marks) for name, marks in _toml()["total"].items()}


@cache
def _phrases():
    """Index the phrases of all tables by the letters of their first word; say the most."""
    index = {}
    for table, meanings in _toml().items():
        if table in _EXACT:
            continue
        for meaning, words in meanings.items():
            for word in words:
                # A star belongs to the word before it.
                phrase = tuple(re.sub(r" \*", "*", " ".join(tokens(plain(word)))).split())
                index.setdefault(phrase[0].rstrip("*"), []).append((table, phrase, meaning))
    return index, max(map(len, index))
