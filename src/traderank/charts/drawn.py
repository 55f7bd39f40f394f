"""What a chart draws of a table: which partners, which flows, which periods.

What is shown was measured on the whole table by whoever gives it: nothing is ranked or
shared out here.
"""

from __future__ import annotations

from typing import NamedTuple

import narwhals as nw
import pandas as pd

from traderank.charts.fetch import fetch, words_in
from traderank.charts.periods import place
from traderank.table import COLUMNS, RANKED_KINDS, Refused

#: Who is in colour, and in every chart whose table has them.
RIVALS = ("RUS", "CHN", "CHN_HKG_MAC")

FLOWS = ("turnover", "export", "import")


class Drawn(NamedTuple):
    """What a chart draws.

    Parameters
    ----------
    rows : pandas.DataFrame
        The tidy rows drawn, with the measure, `x` (place on the axis of years), `hollow`
        (preliminary, derived, or a part of a year among years), `panel` (flow, reporter or empty),
        `series` (partner or flow) and `label`.
    whole : pandas.DataFrame
        All rows of these flows and periods: what the measure rests on.
    form : {"lines", "panels", "bars", "reports"}
        What they are drawn as.
    column : str
        The measure.
    flows, periods : list of str
        In order.
    """

    rows: pd.DataFrame
    whole: pd.DataFrame
    form: str
    column: str
    flows: list
    periods: list

    @property
    def reporters(self):
        """Who reports: several where each has a panel or a line of its own."""
        return list(dict.fromkeys(self.rows["reporter"]))

    @property
    def of_partners(self):
        """Whether a line is a partner's; it is a flow's or a report's otherwise."""
        return "partner" in self.rows and self.form != "reports"

    def places(self):
        """Give each period with its place, and whether it is a part of a year among years."""
        whole = self.whole.sort_values("x", kind="stable").drop_duplicates("period")
        return list(zip(whole["period"], whole["x"], whole["part_year"], strict=True))

    def span(self):
        """Give the places of the first and the last period."""
        return self.whole["x"].min(), self.whole["x"].max()

    def panels(self):
        """Give each panel's flow or reporter, or an empty text, with its rows."""
        return [(panel, rows) for panel, rows in self.rows.groupby("panel", sort=False)]

    def table(self):
        """Give the rows as a tidy table for those who want the chart's data."""
        names = [name for name in (*COLUMNS, self.column) if name in self.rows]
        table = self.rows[[*dict.fromkeys(names), "label"]].reset_index(drop=True)
        return table.astype({"rank": "Int64"}) if self.column == "rank" else table


def pick_partners(trade, column, words, *, flow=None, top, partners=(), panels=False, periods=None):
    """Pick the rows of some partners: the first of the last period, the rivals, the named.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        What a measure left.
    column : str
        The measure; the first are the lowest ranks, or else the largest values. The order
        only picks: it is never shown as a rank.
    words : Words
        For the labels.
    flow : str, optional
        Which flow, if the table has several.
    top : int
        How many are first; partners equal to the last of them are picked too.
    partners : sequence of str
        Codes of partners to pick besides.
    panels : bool
        Pick in each flow apart.
    periods : sequence, optional
        Draw these only, in order of time; None among them is the last one there is.

    Returns
    -------
    Drawn
        In each panel the partners in order, the first of the last period first.

    Raises
    ------
    Refused
        If the table cannot be shown in one chart, a flow or partner is not in it, or
        there is nothing to draw.
    """
    if isinstance(top, bool) or not isinstance(top, int) or top < 0:
        raise Refused(f"top={top!r} is not a number of partners", "give a whole number")
    form = "panels" if panels else "bars" if periods else "lines"
    whole = fetch(trade, column, flow=flow)
    flows = [name for name in FLOWS if name in set(whole["flow"])]
    if len(flows) > 1 and not panels:
        raise Refused("the table has several flows", f"name the one to draw: {', '.join(flows)}")
    periods = _periods(whole, periods)
    # A contribution was measured against the year before, which is a source of it too.
    of = {*periods, *(map(_year_before, periods) if column == "contribution" else ())}
    whole = whole[whole["period"].isin(of)]
    ranked = whole[whole["kind"].isin(RANKED_KINDS) & whole["period"].isin(periods)]
    partners = [partners] if isinstance(partners, str) else list(partners)
    _refuse_absent(ranked if form == "bars" else ranked.dropna(subset=[column]), partners, column)
    rows = pd.concat([_picked(ranked, flow, column, top, partners) for flow in flows])
    rows = rows.assign(
        panel=rows["flow"] if panels else "",
        series=rows["partner"],
        label=rows["partner"].map(words.name),
    )
    return _checked(Drawn(rows.reset_index(drop=True), whole, form, column, flows, periods))


def pick_reporters(trade, column, words, **wanted):
    """Pick the rows of some partners in each reporter apart, each in a panel of its own.

    Parameters
    ----------
    trade, column, words, **wanted
        As for `pick_partners`, of one flow.

    Returns
    -------
    Drawn
        The reporters in the order of their codes, on one axis of years.
    """
    table = nw.from_native(trade)
    if len(codes := words_in(table, "reporter")) < 2:
        raise Refused("the table has one reporter", f"draw it by {column}_lines")
    picked = {}
    for code in codes:
        one = table.filter(nw.col("reporter") == code).to_native()
        picked[code] = pick_partners(one, column, words, **wanted)
    rows = pd.concat([one.rows.assign(panel=code) for code, one in picked.items()])
    whole = pd.concat([one.whole for one in picked.values()])
    of = place(whole["period"].unique())
    rows, whole = (part.assign(x=part["period"].map(of)) for part in (rows, whole))
    flows, periods = picked[code].flows, _periods(whole.sort_values("x"))
    return _checked(Drawn(rows.reset_index(drop=True), whole, "panels", column, flows, periods))


def pick_flows(table, column, words):
    """Pick every row of a table that `concentration` left: a line for each flow.

    Parameters
    ----------
    table : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, flow, product, period, vintage and source.
    column : str
        The measure.
    words : Words
        For the labels.

    Returns
    -------
    Drawn
    """
    whole = fetch(table, column, of_partners=False)
    flows = [name for name in FLOWS if name in set(whole["flow"])]
    rows = whole.sort_values("flow", key=lambda flow: flow.map(flows.index), kind="stable")
    labels = rows["flow"].map(lambda flow: words.say("flow", flow))
    rows = rows.assign(panel="", series=rows["flow"], label=labels)
    return _checked(Drawn(rows, whole, "lines", column, flows, _periods(whole)))


def pick_reports(reports, column, words):
    """Pick every row of several reports: a line for each, or for each of its partners.

    Parameters
    ----------
    reports : dict of DataFrame (pandas, Polars, DuckDB, Spark)
        Label to the rows of one reporter, flow and product.
    column : {"value", "share"}
        The measure.
    words : Words
        For the names of partners, where a report has several.

    Returns
    -------
    Drawn
        A line is a reporter's where the reports are of several, and a partner's else; of
        two of the same the first is the one in front.
    """
    if len(reports) < 2:
        raise Refused("there is one report", "give two or more, or draw it by value_lines")
    parts = [_report(table, label, column, words) for label, table in reports.items()]
    whole = pd.concat(parts, ignore_index=True)
    whole["x"] = whole["period"].map(place(whole["period"].unique()))
    for name in ("product", "currency")[: 2 if column == "value" else 1]:
        if whole[name].nunique() > 1:
            raise Refused(
                f"the reports are of several {name}: {', '.join(sorted(whole[name].unique()))}",
                "draw what can be compared; to_usd converts",
            )
    of = "reporter" if whole["reporter"].nunique() > 1 else "partner"
    keys = whole.drop_duplicates("label").set_index("label")[of]
    keys = keys.where(~keys.duplicated(), keys + "|" + keys.index)
    rows = whole.assign(panel="", series=whole["label"].map(keys))
    rows = pd.concat([line for _, line in rows.groupby("series", sort=False)], ignore_index=True)
    flows = [name for name in FLOWS if name in set(whole["flow"])]
    whole = whole.sort_values("x", kind="stable")
    periods = list(dict.fromkeys(whole["period"]))
    return _checked(Drawn(rows, whole, "reports", column, flows, periods))


def _report(table, label, column, words):
    rows = fetch(table, column)
    if rows["flow"].nunique() > 1:
        raise Refused(f'the report "{label}" is of several flows', "keep the rows of one")
    if rows["partner"].nunique() == 1:
        return rows.assign(label=label)
    names = {code: ", ".join(filter(None, [words.name(code), label])) for code in rows["partner"]}
    return rows.assign(label=rows["partner"].map(names))


def _periods(rows, wanted=None):
    there = list(dict.fromkeys(rows["period"]))
    if wanted is None:
        return there
    wanted = [there[-1] if period is None else str(period) for period in wanted]
    if absent := [period for period in wanted if period not in there]:
        raise Refused(
            f"the table has no period {', '.join(absent)}", f"it has {there[0]} to {there[-1]}"
        )
    return [period for period in there if period in wanted]


def _year_before(period):
    return f"{int(period[:4]) - 1}{period[4:]}"


def _checked(drawn):
    if drawn.column == "value" and drawn.rows["months"].nunique() > 1:
        raise Refused(
            "the table mixes years and parts of a year, whose values cannot stand side by side",
            "keep periods of one length: trade[trade['months'] == 12]",
        )
    if drawn.rows[drawn.column].isna().all():
        raise Refused(f"there is no {drawn.column} to draw", "give a table in which some is known")
    return drawn


def _refuse_absent(rows, partners, column):
    if absent := [code for code in partners if code not in set(rows["partner"])]:
        raise Refused(
            f"the table has no {column} of {', '.join(absent)} to draw",
            "name partners by the codes that stand in the table",
        )


def _picked(ranked, flow, column, top, partners):
    """Pick one flow's rows, partner by partner, the first of the last period first."""
    rows = ranked[ranked["flow"] == flow]
    last = rows[rows["x"] == rows["x"].max()].set_index("partner")[column].dropna()
    order = last if column == "rank" else last.abs().rank(method="min", ascending=False)
    codes = {*order[order <= top].index, *partners, *(set(RIVALS) & set(rows["partner"]))}
    codes = sorted(codes, key=lambda code: (order.get(code, float("inf")), code))
    return pd.concat([rows[rows["partner"] == code] for code in codes] or [rows[:0]])
