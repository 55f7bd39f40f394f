"""Printed partner names and codes, and the names that charts and tables show.

``partners.csv`` is an allow-list of reviewed printed names. A name is looked up, never
guessed: one that is not listed is None here, and stops the reading there.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from traderank.table import Refused

_HERE = Path(__file__).parent

#: What a printed name can be. The fourth kind, bloc, is made by ``merge_blocs``.
PRINTED_KINDS = ("country", "aggregate", "residual")

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = "'`´\u2018\u2019\u201a\u201b\u02bb\u02bc\u2032\"«»\u201c\u201d\u201e\u201f\u2033"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_TABLE = str.maketrans(dict.fromkeys(_INVISIBLE + _QUOTES) | dict.fromkeys(_HYPHENS, "-"))
_TRAILING = re.compile(r"[\s*†‡⁰¹²³⁴⁵⁶⁷⁸⁹.,:;]+$")
_FOOTNOTE = re.compile(r"\s*(?<!\d)\d{1,2}\)$")


class Partner(NamedTuple):
    """What a printed name stands for.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3 (XKX for Kosovo), WLD, XXX, or a group's word.
    kind : str
        country, aggregate or residual.
    """

    code: str
    kind: str


@lru_cache(maxsize=65_536)
def normalise(printed):
    """Give the form in which printed names are matched.

    Case, spaces and line breaks, ё and е, kinds of hyphen, quotation marks and
    apostrophes, footnote marks and closing punctuation make no difference. Digits do
    (a group of 27 is not a group of 28), and so does every other letter.

    Parameters
    ----------
    printed : str
        A name as it stands in a cell.

    Returns
    -------
    str
        The matching form; it is not for showing.

    Examples
    --------
    >>> normalise("  Папуа – новая\\nГвинея*") == normalise("Папуа-Новая Гвинея")
    True
    >>> normalise("Страны ЕС 27") == normalise("Страны ЕС 28")
    False
    """
    text = unicodedata.normalize("NFC", printed).casefold().replace("ё", "е")
    text = re.sub(r"\s*-\s*", "-", " ".join(text.translate(_TABLE).split()))
    while True:
        shorter = _TRAILING.sub("", text)
        # Only a bracket that nothing opens marks a footnote: "Group (27)" is a name.
        if shorter.count(")") > shorter.count("("):
            shorter = _FOOTNOTE.sub("", shorter)
        if shorter == text:
            return text
        text = shorter


@cache
def _listed():
    """Read the shipped allow-list: matching form to partner."""
    with (_HERE / "partners.csv").open(encoding="utf-8", newline="") as file:
        return {
            normalise(row["name"]): Partner(row["code"], row["kind"])
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=65_536)
def _find_listed(printed):
    return _listed().get(normalise(printed)) if isinstance(printed, str) else None


def find(printed, extra=None):
    """Find the partner that a printed name stands for.

    Parameters
    ----------
    printed : str
        A name as it stands in a cell. Anything but text is no partner.
    extra : dict, optional
        The user's own names, from `read_extra`; they cannot contradict the shipped ones.

    Returns
    -------
    Partner or None
        None if the name is not listed: there is no fuzzy matching.

    Examples
    --------
    >>> find("Республика Корея")
    Partner(code='KOR', kind='country')
    >>> find("  Страны ЕС")
    Partner(code='EU', kind='aggregate')
    >>> find("Атлантида") is None
    True
    """
    partner = _find_listed(printed)
    if partner is None and extra and isinstance(printed, str):
        return extra.get(normalise(printed))
    return partner


def nearest(printed, n=3):
    """Name the listed names that look most like an unknown one, for an error message.

    Parameters
    ----------
    printed : str
        A name that `find` does not know.
    n : int
        How many names at most.

    Returns
    -------
    list of str
        Names as in ``partners.csv``, the most alike first; empty if none is alike.

    Examples
    --------
    >>> nearest("Республика Кореи", n=1)
    ['Республика Корея']
    """
    from difflib import get_close_matches

    with (_HERE / "partners.csv").open(encoding="utf-8", newline="") as file:
        names = {normalise(row["name"]): row["name"] for row in csv.DictReader(file)}
    return [names[match] for match in get_close_matches(normalise(printed), names, n)]
