"""Which words of a text are known, and which stand beside the word of trade."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from traderank import partners
from traderank.reading.cells import LONGEST
from traderank.reading.words import exact, hits, plain, tokens

#: What parts the languages of one heading.
_SEVERAL = re.compile(r"[/\n]")

_ROMAN = ("ii", "iii", "iv")

#: Words of a title that may be no more than a unit; so many are a sentence.
_SHORT, _SENTENCE = 3, 4


class Words(NamedTuple):
    """The words of a text that are on no list, and those of them that stand beside trade."""

    unknown: tuple
    beside: tuple
    says_trade: bool
    #: Whether it tells a source or a date, and not what the numbers are.
    is_aside: bool
    #: Whether all its words are such as stand beside others: «years», «units».
    is_empty: bool
    #: Whether it names a structure, which may be one of values as of shares.
    is_structure: bool
    #: Whether it is a sentence on the figures as such: revised, rounded, without an area.
    is_remark: bool
    #: Whether it is short, and none of its words is known but such as stand beside a unit.
    may_be_unit: bool


@lru_cache(maxsize=65536)
def words_in(text):
    """Read a text's words.

    >>> words_in("Exports of vellum, by country").beside
    ('vellum',)
    """
    parts = tokens(plain(text[:LONGEST]))
    found = hits(parts)
    known = {at for hit in found for at in range(hit.start, hit.end)}
    known |= {at for at, part in enumerate(parts) if _is_plain(part)}
    return Words(
        tuple(part for at, part in enumerate(parts) if at not in known),
        _beside(parts, found),
        any(map(_is_trade, found)),
        any(hit[:3] == ("beside", "source", 0) or hit.table == "dated" for hit in found),
        all(hit.table == "filler" for hit in found) and "".join(parts).isalpha(),
        any(hit[:2] == ("beside", "structure") for hit in found)
        and sum(hit.table == "measure" for hit in found) == 1,
        len(parts) >= _SENTENCE and any(hit[:2] == ("beside", "remark") for hit in found),
        len(parts) <= _SHORT
        and not any(hit.table not in ("filler", "scale") for hit in found)
        and not any(part in partners.name_words() for part in parts),
    )


def _beside(parts, found):
    """Return the words that stand beside the words of trade, or are joined to them."""
    joins = {at for hit in found if _joins(hit) for at in range(hit.start, hit.end)}
    beside = []
    for hit in filter(_is_trade, found):
        before, after = hit.start - 1, hit.end
        while before in joins:
            before -= 1
        while after in joins:
            after += 1
        beside += [at for at in (before, after) if 0 <= at < len(parts)]
    listed = {at for hit in found for at in range(hit.start, hit.end)}
    beside = [at for at in beside if at not in listed and not _is_named(parts, at)]
    return tuple(parts[at] for at in dict.fromkeys(beside))


def _is_trade(hit):
    return hit.table == "flow" or hit[:2] == ("trade", "foreign")


def _joins(hit):
    """Tell what only joins a word to the word of trade: «of», «goods», «to», «from»."""
    return hit.table in ("filler", "to") or hit[:2] in (("beside", "of"), ("trade", "goods"))


def _is_named(parts, at):
    """Tell what is no word, or a word of a partner's name that stands there."""
    if not parts[at][0].isalpha() or _is_short(parts[at]):
        return True
    runs = (
        (start, end) for start in range(max(at - 4, 0), at + 1) for end in range(at + 1, at + 5)
    )
    return any(partners.find(" ".join(parts[start:end])) for start, end in runs)


def _is_short(part):
    return (len(part) == 1 and not "\u3400" <= part <= "\u9fff") or part in _ROMAN


def _is_plain(part):
    """Tell what is no word, or a word of the name of a country or group."""
    return _is_short(part) or not part[0].isalpha() or part in partners.name_words()


def is_understood(text):
    """Tell whether a text says nothing but what the reader knows."""
    texts = [text, *_SEVERAL.split(text)] if _SEVERAL.search(text) else [text]
    whole, *several = [
        bool(exact("head", plain(part)) or partners.find(part)) or not words_in(part).unknown
        for part in texts
    ]
    return whole or bool(several and all(several))
