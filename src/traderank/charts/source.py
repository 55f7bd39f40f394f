"""The source line: office, table, editions, status and proof, from the table's own columns."""

from __future__ import annotations

from traderank.charts.periods import join_years
from traderank.checks import WORDS
from traderank.table import Refused


def source_text(whole, sources, words):
    """Write where a chart's figures come from.

    Parameters
    ----------
    whole : pandas.DataFrame
        All rows that the chart's measure rests on, in order of time.
    sources : dict of dict
        From `load_sources`.
    words : Words
        Of the chart's language.

    Returns
    -------
    str
        The source line, and under it one line per source: its key, what periods are from
        it, the date of the edition, title and address.

    Raises
    ------
    Refused
        If the sources are of more than one office: their figures are not one series.
    """
    keys = list(dict.fromkeys(whole["source"]))
    entries = [sources[key] for key in keys if key in sources]
    said = [*_tables(entries, words), *_undeclared(keys, sources, words), _editions(whole, words)]
    line = ", ".join(said)
    line = "; ".join([line, *(_by_period(whole, name, words) for name in ("status", "proof"))])
    return "\n".join([words.say("source", said=line), *_details(whole, keys, sources, words)])


def sources_text(whole, sources, words):
    """Write where figures of one or more offices come from, one office after the other.

    Parameters
    ----------
    whole, sources, words
        As for `source_text`.

    Returns
    -------
    str
        As of `source_text`: the source lines of all offices in the first line.
    """
    offices = whole["source"].map(lambda key: sources.get(key, {}).get("office", "?"))
    parts = [
        source_text(rows, sources, words).splitlines()
        for _, rows in whole.groupby(offices, sort=False)
    ]
    first = " ".join(line for line, *_ in parts)
    return "\n".join([first, *(line for _, *rest in parts for line in rest)])


def is_fob_and_cif(whole, sources):
    """Say whether every source's entry says that exports are FOB and imports CIF."""
    bases = [sources.get(key, {}).get("basis", "") for key in whole["source"].unique()]
    return all("FOB" in basis and "CIF" in basis for basis in bases)


def is_by_declaration(whole, sources):
    """Say whether every source's entry says that exports go by what was declared."""
    bases = [sources.get(key, {}).get("basis", "") for key in whole["source"].unique()]
    return all("declared" in basis for basis in bases)


def _tables(entries, words):
    offices = list(dict.fromkeys(entry["office"] for entry in entries if "office" in entry))
    if len(offices) > 1:
        raise Refused(
            f"the table mixes figures of several offices: {'; '.join(offices)}",
            "draw one office's figures at a time, or compare them in a table",
        )
    named = [words.office(office) for office in offices]
    if title := _common([_title(entry, words) for entry in entries]):
        named.append(words.say("title", title=title))
    return named


def _title(entry, words):
    return (words.language == "en" and entry.get("title_en")) or entry.get("title", "")


def _common(titles):
    """Give the words with which all titles begin: an office adds to them from year to year."""
    common = []
    for column in zip(*(title.split() for title in titles), strict=False):
        if len({word.strip(",") for word in column}) > 1:
            break
        common.append(min(column, key=len))
    return " ".join(common)


def _undeclared(keys, sources, words):
    names = [key for key in keys if "office" not in sources.get(key, {})]
    shown = ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]}"
    return [words.say("undeclared", names=shown)] if names else []


def _editions(whole, words):
    dates = sorted(whole["vintage"].dropna().unique())
    if not dates:
        return words.say("edition_undated")
    said = words.say("editions" if dates[1:] else "edition", first=dates[0], last=dates[-1])
    return f"{said} ({words.say('edition_undated')})" if whole["vintage"].isna().any() else said


def _by_period(whole, name, words):
    """State the weakest word of each period; which periods, where they differ."""
    order = WORDS[name]
    levels = whole[name].map(lambda word: order.index(word if word in order else None))
    weakest = levels.groupby(whole["period"], sort=False).max()
    of = {}
    for period, level in weakest.items():
        of.setdefault(words.say(name, order[level] or "none"), []).append(period)
    if len(of) == 1:
        return next(iter(of))
    return ", ".join(f"{word}: {join_years(periods, words)}" for word, periods in of.items())


def _details(whole, keys, sources, words):
    for key in keys:
        rows, entry = whole[whole["source"] == key], sources.get(key, {})
        told = [
            join_years(dict.fromkeys(rows["period"]), words),
            ", ".join(rows["vintage"].dropna().unique()),
            _title(entry, words),
            entry.get("url"),
        ]
        yield f"{key}: {'; '.join(filter(None, told))}"
