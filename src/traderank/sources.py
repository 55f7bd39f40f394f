"""Which files are known and what is known of them, and the clean table that ships.

A file is known by its checksum, never by its name: ``sources.toml`` has an entry for each
one, with what the file itself does not print (reporter, vintage, status, terms).
"""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import tomllib
import unicodedata
from pathlib import Path

import pandas as pd

from traderank.reading import limits, read_workbook
from traderank.reading.cells import read_unit
from traderank.table import COLUMNS, Refused

#: What an entry may say that the reader must know.
READ = ("reporter", "unit", "flow", "year", "months", "vintage", "status")

#: What else an entry may say; a key that is neither is refused, as it may be misspelt.
TOLD = (
    *("office", "title", "title_en", "edition", "url", "accessed", "vintage_note", "currency"),
    *("basis", "licence", "licence_url", "file", "sha256", "original_name", "original_sha256"),
    *("note", "known_errors"),
)

#: A period of one of these comes wholly from one source: vintages are never mixed in it.
SERIES = ["reporter", "flow", "product", "period"]

_DATES = ("vintage", "accessed")
_ERROR = {"sheet", "cell", "size", "reason"}
_WHOLE = ("year", "months")
_FLOATS = ("value", "share_published")


def data_folder():
    """Return the folder of the shipped data: in the installed package, or in a checkout."""
    here = Path(__file__).parent
    return here / "data" if (here / "data").is_dir() else here.parents[1] / "data"


def load_sources(extra=None):
    """Load what is known of each file: the shipped entries, and a user's own.

    Parameters
    ----------
    extra : path, optional
        A TOML file with further entries, in the form of the shipped ``sources.toml``.

    Returns
    -------
    dict of dict
        Source key to entry.

    Raises
    ------
    Refused
        If the user's file is missing or malformed, has an entry without a checksum or with
        an unknown word, or gives a key or a checksum a second meaning.

    Examples
    --------
    >>> load_sources()["kaz-2023"]["vintage"]
    '2024-07-25'

    """
    sources = read_sources(data_folder() / "sources.toml")
    for key, entry in (read_sources(extra) if extra else {}).items():
        if sources.setdefault(key, entry) != entry:
            raise Refused(f"[{key}] is a source that says otherwise", "rename it", file=extra)
    _refuse_shared_checksums(sources, extra)
    return sources


def read_sources(path):
    """Read one file of entries, as `load_sources` does, without the shipped ones."""
    try:
        sources = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})", "check the path", file=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"is not TOML: {error}", "correct it there", file=path) from error
    for key, entry in sources.items():
        if fault := _fault(entry):
            raise Refused(f"[{key}] {fault}", "see the shipped sources.toml", file=path)
        for name in _DATES:
            if isinstance(entry.get(name), datetime.date):
                entry[name] = entry[name].isoformat()
    return sources


def _fault(entry):
    if not isinstance(entry, dict):
        return "is not an entry"
    if unknown := sorted(set(entry) - {*READ, *TOLD}):
        return f"has {', '.join(unknown)}, which is not a word we know"
    for name in ("sha256", "original_sha256"):
        digest = entry.get(name, None if name == "sha256" else "0" * 64)
        if not re.fullmatch("[0-9a-f]{64}", str(digest)):
            return f"has no {name} of 64 digits (0-9a-f)"
    errors = entry.get("known_errors", [])
    if not isinstance(errors, list) or any(_ERROR - set(error) for error in errors):
        return f"has a known error without {', '.join(sorted(_ERROR))}"
    return None


def _refuse_shared_checksums(sources, path):
    owners = {}
    for key, entry in sources.items():
        for digest in {entry["sha256"], entry.get("original_sha256")} - {None}:
            if owners.setdefault(digest, key) != key:
                raise Refused(
                    f"[{owners[digest]}] and [{key}] have the same checksum {digest[:12]}…",
                    "keep one of them",
                    file=path,
                )


def raw_file(key):
    """Return the path of a source's workbook, as a checkout of the project has it.

    Parameters
    ----------
    key : str
        A source of the shipped ``sources.toml``, as the column `source` names it.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    Refused
        If no source has this key, or the workbook is not here: the installed package
        carries the clean table alone.

    Examples
    --------
    >>> raw_file("kaz-2023").name
    '2023.xlsx'

    """
    sources = read_sources(data_folder() / "sources.toml")
    if key not in sources:
        raise Refused(f"there is no source {key!r}", f"there is {', '.join(sources)}")
    path = data_folder() / sources[key]["file"]
    if not path.is_file():
        raise Refused(
            f"the workbook of {key} is not here: the installed package has the clean table alone",
            "work in a checkout of the project, or get the office's own file",
            file=path,
        )
    return path


def checksum(path):
    """Return the SHA-256 of a file's bytes, as ``sha256sum`` prints it."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_source(path, sources):
    """Find the entry of a file, by its checksum.

    Parameters
    ----------
    path : path
        A workbook: one of ours in ``data/raw``, or the office's own.
    sources : dict
        From `load_sources`.

    Returns
    -------
    (str, dict) or None
        The source key and its entry; None where the file is not declared.

    Raises
    ------
    Refused
        If the file is named as a declared one and is not that file.

    """
    path = Path(path)
    # What is too long to be read is not worth a checksum either.
    if not path.is_file() or path.stat().st_size > limits.BYTES:
        return None
    digest = checksum(path)
    for key, entry in sources.items():
        if digest in (entry["sha256"], entry.get("original_sha256")):
            return key, entry
    for key, entry in sources.items():
        if _is_named(path, entry):
            raise Refused(
                f"its checksum {digest[:12]}… is not the one in sources.toml for {key}",
                "the file was changed or is another edition: get it again, or read it under "
                "another name",
                file=path,
            )
    return None


def _is_named(path, entry):
    # Some file systems part letters from their accents («й») in names.
    name = unicodedata.normalize("NFC", path.name)
    parts = Path(entry["file"]).parts if "file" in entry else (None,)
    return name == entry.get("original_name") or path.absolute().parts[-len(parts) :] == parts


def read_declared(path, sources=None, **given):
    """Read a workbook with what its entry says of it, if it has one.

    Parameters
    ----------
    path : path
        An Excel workbook.
    sources : dict, optional
        From `load_sources`; the shipped entries if not given.
    **given
        As for `read_workbook`. What is given and what the entry says must agree.

    Returns
    -------
    Reading
        With the source key in `source`; the file's name where the file is not declared.

    Raises
    ------
    Refused
        If something given contradicts the entry, and as `find_source` and `read_workbook`.

    """
    given = {name: value for name, value in given.items() if value is not None}
    found = find_source(path, load_sources() if sources is None else sources)
    if found is None:
        return read_workbook(path, **given)
    key, entry = found
    declared = {name: entry[name] for name in READ if name in entry}
    for name in declared.keys() & given.keys():
        if not _agree(name, declared[name], given[name]):
            raise Refused(
                f"sources.toml ({key}) says the {name} is {declared[name]}, but {given[name]} "
                "was given",
                f"leave out --{name}",
                file=path,
            )
    known = [*entry.get("known_errors", ()), *given.pop("known_errors", ())]
    return read_workbook(path, **{"source": key} | given | declared, known_errors=known)


def _agree(name, declared, given):
    return given == declared or (
        name == "unit" and read_unit(given) is not None and read_unit(given) == read_unit(declared)
    )


def load_trade(reporter=None, *, flow=None, as_of=None, vintages=None):
    """Load the shipped table: each period in the latest vintage known on a day.

    Parameters
    ----------
    reporter : str, optional
        ISO 3166-1 alpha-3 code; every reporter if not given.
    flow : {"export", "import"}, optional
        Both if not given. Turnover is derived: see ``add_turnover``.
    as_of : str or date, optional
        The day whose knowledge is wanted (ISO 8601). An edition counts from the day it was
        published; one whose day is unknown does not count. If not given, all that ships.
    vintages : {"all"}, optional
        Every vintage known on that day, not only the latest.

    Returns
    -------
    pandas.DataFrame
        The tidy table. One row is one reporter, partner, flow, period, vintage and source;
        `value` is in whole units of `currency`; missing means not reported, 0 means none.
        A period of a reporter's flow comes wholly from one source.

    Raises
    ------
    Refused
        If a reporter, flow or vintage is unknown, the day is not a date, or nothing had
        been published by then.

    Examples
    --------
    >>> load_trade("KAZ", flow="export")["year"].unique().tolist()
    [2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025]
    >>> load_trade("KAZ", as_of="2020-12-31").query("year == 2019")["source"].unique().tolist()
    ['kaz-2019']

    """
    if vintages not in (None, "all"):
        raise Refused(f"{vintages!r} is not a choice of vintages", 'give "all" or nothing')
    trade = read_trade(data_folder() / "clean" / "trade.csv", reporter)
    trade = _keep(trade, "flow", flow)
    if as_of is not None:
        trade = _known_on(trade, as_of)
    trade = (trade if vintages == "all" else _latest(trade)).sort_values("year", kind="stable")
    return trade.reset_index(drop=True)


def read_trade(path, reporter=None):
    """Read a tidy table, or its rows of one reporter, with every number exact.

    The project wrote the CSV file: the reporter stands first, and no name has a line break.
    """
    if not path.is_file():
        raise Refused("the clean table is not there", "build it: python data/build.py", file=path)
    head, *lines = path.read_bytes().splitlines(keepends=True)
    if reporter is not None:
        begins = f"{reporter},".encode()
        every, lines = lines, [line for line in lines if line.startswith(begins)]
        if not lines:
            there = sorted({line.split(b",", 1)[0].decode() for line in every})
            raise Refused(f"no reporter {reporter!r} is shipped", f"there is {', '.join(there)}")
    types = {name: "int64" if name in _WHOLE else "str" for name in COLUMNS if name not in _FLOATS}
    # Python's float is exact; the reader of pandas before 3.1 is not, in the last bit.
    floats = dict.fromkeys(_FLOATS, lambda text: float(text or "nan"))
    # "NA" would be a name; only an empty field is a missing one.
    missing = {"keep_default_na": False, "na_values": [""]}
    rows = io.BytesIO(b"".join([head, *lines]))
    return pd.read_csv(rows, dtype=types, converters=floats, encoding="utf-8", **missing)


def _keep(trade, column, word):
    if word is None:
        return trade
    there = sorted(trade[column].unique())
    if word not in there:
        raise Refused(f"no {column} {word!r} is shipped", f"there is {', '.join(there)}")
    return trade[trade[column] == word]


def _known_on(trade, as_of):
    try:
        day = datetime.date.fromisoformat(str(as_of)[:10] if not isinstance(as_of, str) else as_of)
    except ValueError:
        raise Refused(f"{as_of!r} is not a date", "write it as in 2023-12-31") from None
    known = trade[trade["vintage"] <= day.isoformat()]
    if known.empty:
        first = trade["vintage"].dropna().min()
        if not isinstance(first, str):
            raise Refused("no edition of it is dated", "leave out the day: all that ships is given")
        raise Refused(f"nothing was published by {day}", f"the first vintage is {first}")
    return known


def _latest(trade):
    editions = trade[[*SERIES, "vintage", "source"]].drop_duplicates()
    editions = editions.sort_values("vintage", kind="stable", na_position="first")
    chosen = editions.drop_duplicates(SERIES, keep="last")[[*SERIES, "source"]]
    return trade.merge(chosen, on=[*SERIES, "source"])
