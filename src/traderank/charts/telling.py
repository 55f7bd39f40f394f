"""What a chart says in words: its subtitle, its notes, its text for those who do not see it."""

from __future__ import annotations

import re
from typing import NamedTuple

from traderank.charts.drawn import FLOWS, RIVALS
from traderank.charts.periods import join_years, name, name_span, read_period
from traderank.charts.source import is_by_declaration, is_fob_and_cif, source_text, sources_text
from traderank.charts.words import Words
from traderank.charts.years import RULE_YEAR
from traderank.extracts import all_sources
from traderank.table import Refused


class Said(NamedTuple):
    """What the caller says of a chart: its finding, its language, a note, more sources."""

    finding: str
    words: Words
    note: str | None
    sources: dict


class Told(NamedTuple):
    """All that a chart says in words, beside its labels."""

    finding: str
    subtitle: str
    notes: str
    source: str
    alt: str


def hear(finding, language, note, sources):
    """Take what the caller says, and refuse a chart without a finding."""
    if not isinstance(finding, str) or not finding.strip():
        raise Refused(
            "the chart has no finding",
            'say in one sentence what it shows: finding="China passed Russia in 2023"',
        )
    known = all_sources() if sources is None else sources
    return Said(_one_line(finding), Words(language), note and _one_line(note), known)


def _one_line(text):
    # Not str.split: a no-break space stays one.
    return re.sub("[ \t\r\n]+", " ", text).strip()


def tell(drawn, scale, said):
    """Put in words what is drawn.

    Parameters
    ----------
    drawn : Drawn
    scale : Scale
    said : Said

    Returns
    -------
    Told
        Of the alt text the figures are those of Russia and China where the story turns:
        the first and the last period, the two beside the rule, and for ranks each change;
        and those of all others in the last period.
    """
    of_several = drawn.form == "reports" or len(drawn.reporters) > 1
    write = sources_text if of_several else source_text
    return Told(
        said.finding,
        subtitle(drawn, scale, said.words),
        notes(drawn, said),
        write(drawn.whole, said.sources, said.words),
        alt_text(drawn, scale, said),
    )


def subtitle(drawn, scale, words):
    """Say reporter, measure, unit, years, the product, and which blocs are counted as one."""
    path = [drawn.column]
    if drawn.of_partners or drawn.form == "reports":
        several = "panels" if drawn.of_partners else "reports"
        path.append(drawn.flows[0] if len(drawn.flows) == 1 else several)
    said = words.say(
        "subtitle",
        reporter=", ".join(map(words.name, _named(drawn))),
        measure=words.say(*path, unit=scale.unit),
        years=_years(drawn, words),
    )
    if (product := drawn.whole["product"].iat[0]) != "TOTAL":
        said += f"; {words.goods(product)}"
    if drawn.of_partners:
        blocs = drawn.whole.loc[drawn.whole["kind"] == "bloc", "partner"].drop_duplicates()
        if len(blocs):
            names = ", ".join(words.name(code) for code in sorted(blocs))
            said += f"; {words.say('merged', blocs=names)}"
    return said


def _named(drawn):
    # Of several reports of one trade the first says whose trade it is.
    return drawn.reporters[: 1 if drawn.form == "reports" else None]


def heading(panel, words):
    """Name a panel: by its flow, or by its reporter."""
    return words.say("flow", panel) if panel in FLOWS else words.name(panel)


def _years(drawn, words):
    """Name the periods: all between the first and the last, or two set side by side."""
    if drawn.form != "bars" or len(drawn.periods) == 1:
        return name_span(drawn.periods, words)
    since, period = (name(text, words) for text in drawn.periods)
    return words.say("bars_and_marks", period=period, since=since)


def notes(drawn, said):
    """Say what turnover is, which marks are hollow and why, and what the caller adds."""
    words, told = said.words, []
    if "turnover" in drawn.flows:
        whole = is_fob_and_cif(drawn.whole, said.sources)
        told.append(words.say("note", "turnover_fob_cif" if whole else "turnover"))
    if drawn.flows == ["export"] and is_by_declaration(drawn.whole, said.sources):
        told.append(words.say("note", "declared"))
    hollow = []
    for key, at in (
        ("preliminary", drawn.rows["status"] == "preliminary"),
        ("part_year", drawn.rows["part_year"]),
        ("derived", drawn.rows["derived"]),
    ):
        if at.any():
            rows = drawn.rows[at].sort_values("x")
            # Of several offices' figures not all are hollow.
            several = drawn.form == "panels" and len(drawn.reporters) > 1
            whose = dict.fromkeys(rows["reporter"]) if several else ()
            told_of = [*map(words.name, whose), join_years(rows["period"].unique(), words)]
            hollow.append(f"{words.say(key)} ({', '.join(told_of)})")
    if hollow:
        told.append(words.say("note", "hollow", said="; ".join(hollow)))
    return " ".join([*told, *([said.note] if said.note else [])])


def alt_text(drawn, scale, said):
    """Describe a chart: form, axes, finding, figures taken from the rows drawn."""
    words = said.words
    axis = "rank" if scale.column == "rank" else "bars" if drawn.form == "bars" else "zero"
    panels = ", ".join(heading(panel, words) for panel, _ in drawn.panels() if panel)
    figures = [_figures(rows, drawn, scale, words) for _, rows in drawn.panels()]
    form = words.say("form", drawn.form, panels=panels)
    return describe(said, form, subtitle(drawn, scale, words), axis, figures)


def describe(said, form, subtitle, axis, figures):
    """Put together the alt text that every chart has: form, axes, finding, figures."""
    finding = said.finding if said.finding[-1] in ".!?…" else f"{said.finding}."
    return said.words.say(
        "alt",
        form=form,
        subtitle=subtitle,
        axis=said.words.say("axis", axis),
        finding=finding,
        figures=" ".join(figures),
    )


def _figures(rows, drawn, scale, words):
    told, others = [], []
    end = rows.loc[rows["x"].idxmax(), "period"]
    for series, one in rows.dropna(subset=[drawn.column]).groupby("series", sort=False):
        if series in RIVALS or not drawn.of_partners:
            chosen = one[_turns(one, drawn.column)]
            figures = ", ".join(
                f"{scale.figure(row[drawn.column], words)} ({name(row['period'], words)})"
                for _, row in chosen.iterrows()
            )
            told.append(f"{one['label'].iat[0]}: {figures}.")
        elif len(last := one[one["period"] == end]):
            others.append(
                f"{last['label'].iat[0]} {scale.figure(last[drawn.column].iat[0], words)}"
            )
    if others:
        told.append(f"{name(end, words)}: {', '.join(others)}.")
    if panel := rows["panel"].iat[0]:
        told.insert(0, f"{heading(panel, words)}:")
    return " ".join(told)


def _turns(rows, column):
    """Choose the rows of one line where its story turns."""
    values, years = rows[column], rows["period"].map(lambda text: read_period(text).year)
    ends = rows["x"].isin([rows["x"].min(), rows["x"].max()])
    beside = (rows["x"] == rows["x"][years < RULE_YEAR].max()) | (
        rows["x"] == rows["x"][years >= RULE_YEAR].min()
    )
    changes = values.diff().fillna(0) != 0
    # A rank that changes every year is a story no longer: its ends have to do.
    return ends | (changes if column == "rank" and changes.sum() <= 5 else beside)
