"""Printed partner names and codes, and the names that charts and tables show.

``partners.csv`` is an allow-list of reviewed names (``data/partners.py`` makes it), and
``codes.csv`` holds the codes that sources use beside ISO's and the UN's. Both are looked
up, never guessed: what is not listed is None here, and stops the reading there.
``by_context.csv`` names the spellings that may mean two partners, each with the reason.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from numbers import Real
from pathlib import Path
from typing import NamedTuple

from traderank.spelling import is_mixed, match, normalise
from traderank.table import Refused

#: What a printed name can be. The fourth kind, bloc, is made by ``merge_blocs``.
PRINTED_KINDS = ("country", "aggregate", "residual")

#: The languages of display names: English, Russian, Kazakh.
LANGUAGES = ("en", "ru", "kk")

# Their numbers are not the UN's (112 is the United Kingdom there, Belarus in M49).
_OWN_NUMBERS = ("imf",)

_WORD = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


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


class _Either(NamedTuple):
    """What a name that may mean two partners stands for, and why it is not decided."""

    code: str
    kind: str
    meanings: list
    why: str


def _open(name):
    return Path(__file__).with_name(name).open(encoding="utf-8", newline="")


def _shipped(name):
    with _open(name) as file:
        return list(csv.DictReader(file))


@cache
def _listed():
    partners, listed = {}, {}
    with _open("partners.csv") as file:
        next(file)
        for line in file:
            # Split, as that is quick: the name alone may hold a comma, and it comes last.
            key, code, kind, _ = line.split(",", 3)
            listed[key] = partners.setdefault(code, Partner(code, kind))
    return listed


@cache
def name_words():
    """Return all words, folded, of which the listed names are made."""
    return frozenset(word for name in _listed() for word in name.split())


@cache
def _codes():
    return {row["code"]: row for row in _shipped("display_names.csv")}


@cache
def _blocs():
    return _shipped("blocs.csv")


@cache
def _contexts():
    either = {}
    for row in _shipped("by_context.csv"):
        meanings = [_partner(code) for code in row["codes"].split()]
        # What may be a group is read like one: a number after it may count its members.
        kind = min(partner.kind for partner in meanings)
        for name in row["names"].split(" | "):
            either[normalise(name)] = _Either(row["codes"], kind, meanings, row["reason"])
    return either


def _partner(code):
    return Partner(code, _codes()[code]["kind"])


@lru_cache(maxsize=65_536)
def _find_listed(printed):
    return match(printed, _listed())[1] if isinstance(printed, str) else None


def find(printed, extra=None, *, taken=()):
    """Find the partner that a printed name stands for.

    Spelling that makes no difference is overlooked (`normalise`), so are a footnote's
    number at the end and letters of the wrong alphabet that look alike (`lookalikes`).
    Nothing else is: there is no fuzzy matching.

    Parameters
    ----------
    printed : str
        A name as it stands in a cell. Anything but text is no partner.
    extra : dict, optional
        The user's own names, from `read_extra`; they cannot contradict the shipped ones.
    taken : set of str, optional
        Codes of the other rows of the same table. They decide a name that may mean two
        partners: it is the one that has no other row.

    Returns
    -------
    Partner or None
        None if the name is not listed, or may mean two partners (`ambiguity` says which).

    Examples
    --------
    >>> find("Республика Корея")
    Partner(code='KOR', kind='country')
    >>> find("  Страны ЕС"), find("Всего 2") == find("Барлығы") == find("总值")
    (Partner(code='EU', kind='aggregate'), True)
    >>> find("Атлантида") is None, find("Страны ЕС 9") is None
    (True, True)
    >>> find("Корея") is None, find("Корея", taken={"PRK"})
    (True, Partner(code='KOR', kind='country'))
    """
    partner = _find_listed(printed)
    if partner is None and extra and isinstance(printed, str):
        partner = match(printed, extra)[1]
    if taken and isinstance(printed, str) and (partner is None or partner.code in taken):
        return _left(printed, taken) or partner
    return partner


def _left(printed, taken):
    either = match(printed, _contexts())[1]
    left = [partner for partner in either.meanings if partner.code not in taken] if either else []
    return left[0] if len(left) == 1 else None


@lru_cache(maxsize=65_536)
def ambiguity(printed):
    """Say which partners a name may mean, and why it is not decided, for an error message.

    Parameters
    ----------
    printed : str
        A name that `find` does not decide.

    Returns
    -------
    str or None
        None if the name has no two meanings that we know of.

    Examples
    --------
    >>> ambiguity("Корея")
    'KOR or PRK (two states)'
    """
    either = match(printed, _contexts())[1]
    return f"{either.code.replace(' ', ' or ')} ({either.why})" if either else None


def lookalikes(printed, extra=None):
    """Say which letters of a name are of the wrong alphabet and only look right.

    Parameters
    ----------
    printed : str
        A name that `find` or `ambiguity` knows.
    extra : dict, optional
        The user's own names, as for `find`.

    Returns
    -------
    list of str
        What was read as what, in the order of the letters; empty where all are right.

    Examples
    --------
    >>> lookalikes("Китaй")
    ['Latin A read as Cyrillic A']
    >>> lookalikes("Китай")
    []
    """
    key = normalise(printed)
    if not is_mixed(printed):
        return []
    forms = (match(printed, names)[0] for names in (_listed(), extra or {}, _contexts()))
    form = next(filter(None, forms), key)
    return [
        f"{_letter(wrong)} read as {_letter(right)}"
        for wrong, right in zip(key, form, strict=True)
        if wrong != right
    ]


def _letter(letter):
    return unicodedata.name(letter).replace(" SMALL LETTER", "").title()


@cache
def _by_scheme():
    iso = {column: row["code"] for row in _codes().values() for column in _iso(row) if column}
    schemes = {"iso": iso}
    for row in _shipped("codes.csv"):
        schemes.setdefault(row["scheme"], {})[row["code"]] = row["partner"]
    return schemes


def _iso(row):
    return () if row["kind"] not in PRINTED_KINDS else (row["code"], row["cldr"], row["m49"])


def find_code(value, scheme=None):
    """Find the partner that a code stands for, in a column of codes.

    Parameters
    ----------
    value : str, int or float
        A code as it stands in a cell: ISO 3166-1 alpha-2 or alpha-3, UN M49 as a number or
        as text with or without leading zeros, our own words, or a source's own code.
    scheme : {"iso", "comtrade", "eurostat", "wits", "imf", "uzb"}, optional
        Whose codes they are; its own come before ISO's and the UN's. Without it ISO's and
        the UN's come first, then what all sources that have the code agree on. The IMF's
        numbers are read only where it is named.

    Returns
    -------
    Partner or None
        None if the code is not listed, or means different things to different sources:
        0 is the world at Comtrade and the other countries in Uzbekistan's tables.

    Raises
    ------
    Refused
        If the scheme is unknown.

    Examples
    --------
    >>> find_code("KZ") == find_code("KAZ") == find_code(398) == find_code("398")
    True
    >>> find_code(842), find_code("EL"), find_code("051")
    (Partner(code='USA', kind='country'), Partner(code='GRC', kind='country'),
     Partner(code='ARM', kind='country'))
    >>> find_code(0) is None, find_code(0, "comtrade")
    (True, Partner(code='WLD', kind='aggregate'))
    """
    schemes = _by_scheme()
    if scheme is not None and scheme not in schemes:
        raise Refused(
            f'"{scheme}" is not a scheme of codes we know', f"give one of {', '.join(schemes)}"
        )
    code = _as_code(value)
    foreign = _OWN_NUMBERS if code and code.isdigit() else ()
    if scheme is not None:
        found = schemes[scheme].get(code)
        if found is None and scheme not in foreign:
            found = schemes["iso"].get(code)
    elif (found := schemes["iso"].get(code)) is None:
        known = (codes for name, codes in schemes.items() if name not in foreign)
        agreed = {codes[code] for codes in known if code in codes}
        found = agreed.pop() if len(agreed) == 1 else None
    return found and _partner(found)


def _as_code(value):
    """Return a code as text: M49 with its three digits, all others as they are."""
    if isinstance(value, Real) and not isinstance(value, bool) and value == value // 1:
        value = str(int(value))
    if not isinstance(value, str):
        return None
    code = value.strip()
    return code.zfill(3) if code.isascii() and code.isdigit() else code


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

    key = normalise(printed)
    pairs = _pairs(key)

    def likeness(row):
        theirs = _pairs(row["match"])
        return len(pairs & theirs) / (len(pairs) + len(theirs) + 1)

    # Pairs of letters are quick to compare: the few most alike are then looked at closely.
    rows = sorted(_shipped("partners.csv"), key=likeness)[-50:]
    names = {row["match"]: row["name"] for row in rows}
    return [names[match] for match in get_close_matches(key, names, n)]


def _pairs(key):
    return {key[place : place + 2] for place in range(len(key) - 1)}


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
        remedy = "write a country's ISO 3166-1 alpha-3 code, or a group's word in A-Z, 0-9 and _"
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
        for row in _blocs()
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
