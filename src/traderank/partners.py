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

#: What a printed name can be. The fourth kind, bloc, is made by ``merge_blocs``.
PRINTED_KINDS = ("country", "aggregate", "residual")

#: The languages of display names: English, Russian, Kazakh.
LANGUAGES = ("en", "ru", "kk")

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = "'`´\u2018\u2019\u201a\u201b\u02bb\u02bc\u2032\"«»\u201c\u201d\u201e\u201f\u2033"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_TABLE = str.maketrans(dict.fromkeys(_INVISIBLE + _QUOTES) | dict.fromkeys(_HYPHENS, "-"))
_TRAILING = re.compile(r"[\s*†‡⁰¹²³⁴⁵⁶⁷⁸⁹.,:;]+$")
_WORD = re.compile(r"[A-Z]+(_[A-Z]+)*")
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
    r"""Give the form in which printed names are matched.

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
    >>> normalise("  Папуа – новая\nГвинея*") == normalise("Папуа-Новая Гвинея")
    True
    >>> normalise("Страны ЕС 27") == normalise("Страны ЕС 28")
    False
    """
    text = unicodedata.normalize("NFD", printed.translate(_TABLE).casefold())
    text = unicodedata.normalize("NFC", re.sub("е\u0308+", "е", text))
    text = re.sub(r"\s*-\s*", "-", " ".join(text.split()))
    while True:
        shorter = _TRAILING.sub("", text)
        # Only a bracket that nothing opens marks a footnote: "Group (27)" is a name.
        if shorter.count(")") > shorter.count("("):
            shorter = _FOOTNOTE.sub("", shorter)
        if shorter == text:
            return text
        text = shorter


def _shipped(name):
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _listed():
    return {
        normalise(row["name"]): Partner(row["code"], row["kind"])
        for row in _shipped("partners.csv")
    }


@cache
def _codes():
    return {row["code"]: row for row in _shipped("display_names.csv")}


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

    names = {normalise(row["name"]): row["name"] for row in _shipped("partners.csv")}
    return [names[match] for match in get_close_matches(normalise(printed), names, n)]


def read_extra(path):
    """Read a user's own partner names: a CSV file with columns name, code, kind.

    Parameters
    ----------
    path : str or Path
        UTF-8; one row per printed name, kind country, aggregate or residual. Other
        columns are ignored.

    Returns
    -------
    dict
        Matching form of the name to `Partner`, for `find`.

    Raises
    ------
    Refused
        If the file cannot be read, a column is missing, or a row has no name, an
        unknown kind, a code that is no code, or contradicts the shipped list or another
        row; the message names the line.
    """
    extra = {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if missing := {"name", "code", "kind"} - set(rows.fieldnames or ()):
                raise Refused(
                    f"the list of partners has no column {', '.join(sorted(missing))}",
                    "begin the file with the line name,code,kind",
                    file=path,
                )
            for row in rows:
                key, partner = _checked(row, f"line {rows.line_num}", path)
                if extra.setdefault(key, partner) != partner:
                    raise Refused(
                        f'"{row["name"]}" is listed twice, as {extra[key].code} '
                        f"{extra[key].kind} and as {partner.code} {partner.kind}",
                        "keep one of the two",
                        file=path,
                        cell=f"line {rows.line_num}",
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(
            f"the list of partners cannot be read ({error})",
            "give a CSV file in UTF-8 with the columns name,code,kind",
            file=path,
        ) from error
    return extra


def _checked(row, line, path):
    name, code, kind = (row[column].strip() for column in ("name", "code", "kind"))
    known, shipped = _codes().get(code), find(name)
    reason = None
    if not normalise(name):
        reason, remedy = "the row has no name", "write the name as it is printed"
    elif kind not in PRINTED_KINDS:
        reason, remedy = f'"{kind}" is not a kind', f"write one of {', '.join(PRINTED_KINDS)}"
    elif known is None and (kind == "country" or not _WORD.fullmatch(code)):
        reason = f'"{code}" is not a code for "{name}"'
        remedy = (
            "write the ISO 3166-1 alpha-3 code of a country, or a word in A-Z and _ for a group"
        )
    elif known is not None and known["kind"] != kind:
        reason, remedy = f"{code} is of kind {known['kind']}, not {kind}", "change one of the two"
    elif shipped and shipped != (code, kind):
        reason = f'"{name}" is {shipped.code} in the shipped list, not {code}'
        remedy = "remove the line: a shipped name cannot be given another meaning"
    if reason:
        raise Refused(reason, remedy, file=path, cell=line)
    return normalise(name), Partner(code, kind)


def alpha2(code):
    """Give the two-letter code of a country (ISO 3166-1 alpha-2, XK for Kosovo).

    Parameters
    ----------
    code : str
        A code of the tidy table's `partner`.

    Returns
    -------
    str
        Empty if the code is not that of a country.

    Examples
    --------
    >>> alpha2("CHN"), alpha2("EU")
    ('CN', '')
    """
    row = _codes().get(code)
    return row["cldr"] if row and row["kind"] == "country" else ""


@cache
def members(bloc, day):
    """List the members that a bloc had on a day.

    Parameters
    ----------
    bloc : str
        A code of ``blocs.csv``.
    day : str
        ISO 8601.

    Returns
    -------
    frozenset of str
        Alpha-3 codes; empty if the bloc is not in ``blocs.csv``.

    Examples
    --------
    >>> len(members("EU", "2019-12-31")), len(members("EU", "2020-12-31"))
    (28, 27)
    """
    return frozenset(
        row["partner"]
        for row in _shipped("blocs.csv")
        if row["bloc"] == bloc and row["from"] <= day <= (row["to"] or day)
    )


@lru_cache(maxsize=4096)
def display_name(code, *, language="en", short=False):
    """Give the name of a partner that a chart or a table shows.

    Countries and continents are named by the Unicode CLDR (through Babel), groups and a
    few exceptions by ``display_names.csv``.

    Parameters
    ----------
    code : str
        A code of the tidy table's `reporter` or `partner`.
    language : {"en", "ru", "kk"}
        English, Russian or Kazakh.
    short : bool
        The short form for a chart's labels, where one is in use ("UK", "США", "БАӘ").

    Returns
    -------
    str

    Raises
    ------
    Refused
        If the code or the language is unknown.

    Examples
    --------
    >>> display_name("USA"), display_name("USA", short=True)
    ('United States', 'USA')
    >>> display_name("CHN", language="kk")
    'Қытай'
    >>> display_name("CHN_HKG_MAC")
    'China with Hong Kong and Macao'
    """
    if language not in LANGUAGES:
        raise Refused(
            f'names are not kept in the language "{language}"',
            f"ask for one of {', '.join(LANGUAGES)}",
        )
    row = _codes().get(code)
    if row is None:
        words = sorted(known for known, row in _codes().items() if row["kind"] != "country")
        raise Refused(
            f'"{code}" is not a partner code we know',
            f"give the ISO 3166-1 alpha-3 code of a country, XKX, or one of {', '.join(words)}",
        )
    ours = (short and row[f"short_{language}"]) or row[f"name_{language}"]
    return ours or _territories(language)[row["cldr"]]


@cache
def _territories(language):
    # Babel is slow to import and only charts and reports need it.
    from babel import Locale

    return Locale(language).territories
