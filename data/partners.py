"""Build the allow-list of partner names: python data/partners.py.

src/traderank/partners.csv is made of three sources: the Unicode CLDR's names of countries
and regions in the languages below (through Babel), ISO 3166's English names (through
pycountry), and data/partners.csv: what offices' own tables print, and forms in common use,
each reviewed by hand. A spelling that would name two partners stops the build, until a
person has decided: by a row with a note in data/partners.csv, or by keeping the name off
the list, in src/traderank/by_context.csv. The same sources make the same bytes.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pycountry
from babel import Locale, localedata

from traderank.spelling import LOOKALIKES, normalise
from traderank.table import Refused

DATA = Path(__file__).resolve().parent
PACKAGE = DATA.parent / "src" / "traderank"

LANGUAGES = (
    "en",
    "ru",
    "kk",
    "ky",
    "uz",
    "uk",
    "az",
    "hy",
    "ka",
    "tr",
    "mn",
    "zh",
    "de",
    "fr",
    "es",
)

#: Scripts in which no office of ours prints; and those that are told apart from the usual one.
LEFT_OUT = ("Arab", "Dsrt", "Latn_CN", "Mong", "Shaw")
OTHER_SCRIPTS = {"az_Cyrl": "az-Cyrl", "uz_Cyrl": "uz-Cyrl", "zh_Hant": "zh-Hant"}

#: What is taken from libraries as it is; everything else was reviewed by a person.
LIBRARIES = ("cldr", "iso")

#: The name comes last: the reader of the list splits its lines before it.
COLUMNS = ("match", "code", "kind", "language", "origin", "name")


class Name(NamedTuple):
    """One name of a partner, with where it is from; a note is a person's decision."""

    name: str
    code: str
    language: str
    origin: str
    note: str = ""


def rows(path):
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cldr_names(codes):
    """Yield the names of all our codes in every locale of our languages."""
    partners = {row["cldr"]: row["code"] for row in codes if row["cldr"]}
    for language in LANGUAGES:
        for locale in sorted(localedata.locale_identifiers()):
            if locale.split("_")[0] != language or any(script in locale for script in LEFT_OUT):
                continue
            tag = OTHER_SCRIPTS.get(locale[:7], language)
            for territory, name in Locale.parse(locale).territories.items():
                if territory in partners:
                    yield Name(name, partners[territory], tag, "cldr")


def iso_names(codes):
    """Yield ISO 3166's English names, short, official and common, and those withdrawn."""
    ours = {row["code"] for row in codes}
    renamed = {
        row["code"]: row["partner"]
        for row in rows(PACKAGE / "codes.csv")
        if row["scheme"] == "iso" and len(row["code"]) == 3
    }
    for country in [*pycountry.countries, *pycountry.historic_countries]:
        code = renamed.get(country.alpha_3, country.alpha_3)
        for form in ("name", "official_name", "common_name"):
            if code in ours and hasattr(country, form):
                yield Name(getattr(country, form), code, "en", "iso")


def reviewed_names(path):
    """Yield the names of data/partners.csv."""
    for row in rows(path):
        for name in row["names"].split(" | "):
            yield Name(name, row["code"], row["language"], row["origin"], row["note"])


def settle(names, undecided, origin):
    """Return the names by matching form, each form with one code; refuse what has two.

    A note decides against what libraries say, never against another reviewed row.
    """
    found = defaultdict(list)
    for name in names:
        found[normalise(name.name)].append(name)
    reviewed = {normalise(name.name) for name in names if name.origin not in LIBRARIES}
    for key in undecided - reviewed:
        found.pop(key, None)
    torn = []
    for key, group in found.items():
        noted = any(name.note for name in group)
        decided = [name for name in group if not (noted and name.origin in LIBRARIES)]
        found[key] = [name for name in group if name.code == decided[0].code]
        if len({name.code for name in decided}) > 1:
            codes = sorted({f"{n.code} ({n.language}, {n.origin})" for n in decided})
            torn.append(f"«{decided[0].name}» would be {' or '.join(codes)}")
    if torn:
        raise Refused(
            "; ".join(torn),
            "decide: add a note to the row that is right, or name it in by_context.csv",
            file=origin,
        )
    return found


def refuse_lookalikes(found, origin):
    """Refuse two names that differ only in look-alike letters and name two partners."""
    seen = {}
    for key, group in found.items():
        shape = key.translate(str.maketrans(LOOKALIKES))
        other = seen.setdefault(shape, (key, group[0].code))
        if other[1] != group[0].code:
            raise Refused(
                f"«{group[0].name}» and «{other[0]}» look alike, and are {group[0].code} and "
                f"{other[1]}",
                "keep one of them off the list",
                file=origin,
            )


def build():
    """Return the bytes of src/traderank/partners.csv.

    Raises
    ------
    Refused
        If a spelling would name two partners and nobody has decided, if a code is unknown,
        or if a name has no letter.

    """
    codes, ours = rows(PACKAGE / "display_names.csv"), DATA / "partners.csv"
    kinds = {row["code"]: row["kind"] for row in codes}
    names = [*reviewed_names(ours), *cldr_names(codes), *iso_names(codes)]
    for name in names:
        if name.code not in kinds or not normalise(name.name):
            raise Refused(
                f"«{name.name}» with the code {name.code}: no such code, or no name",
                "correct the row, or add the code to display_names.csv",
                file=ours,
            )
    undecided = {
        normalise(name)
        for row in rows(PACKAGE / "by_context.csv")
        for name in row["names"].split(" | ")
    }
    found = settle(names, undecided, ours)
    refuse_lookalikes(found, ours)
    table = [_row(key, group, kinds) for key, group in found.items()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(table, key=lambda row: (row[1], row[-1])))
    return out.getvalue().encode()


def _row(key, group, kinds):
    languages = sorted({name.language for name in group})
    origins = sorted({origin for name in group for origin in name.origin.split()})
    first = group[0]
    return key, first.code, kinds[first.code], " ".join(languages), " ".join(origins), first.name


def main():
    """Write src/traderank/partners.csv, whole or not at all."""
    try:
        content = build()
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(2)
    part = PACKAGE / "partners.csv.part"
    part.write_bytes(content)
    part.replace(PACKAGE / "partners.csv")
    print(f"{content.count(10) - 1} names")


if __name__ == "__main__":
    main()
