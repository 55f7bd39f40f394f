"""Charts of lines through the years: ranks, shares, values, flows side by side, concentration."""

from __future__ import annotations

from traderank.charts.drawn import RIVALS, pick_flows, pick_partners, pick_reporters, pick_reports
from traderank.charts.panels import draw_lines
from traderank.charts.scales import rank_scale, zero_scale
from traderank.charts.telling import hear
from traderank.table import Refused


def rank_lines(
    trade, *, finding, flow=None, top=8, partners=(), language="en", note=None, sources=None
):
    """Draw the ranks of partner countries through the years, 1 at the top.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table with the column `rank`, as `add_rank` leaves it; of one reporter,
        and of one edition for each period. Where a partner has no rank its line has a gap.
    finding : str
        What the chart shows, in one sentence: its title.
    flow : {"turnover", "export", "import"}, optional
        Which flow, if the table has several.
    top : int
        Partners that have these ranks in the last period are drawn, all of a tie.
    partners : sequence of str
        Codes of partners to draw besides. Russia and China always are.
    language : {"en", "ru", "kk"}
        Of the words that the chart adds to the finding: English, Russian, Kazakh.
    note : str, optional
        What changes the reading, for below the chart.
    sources : dict, optional
        From `load_sources`, if it knows more than what ships: for the source line.

    Returns
    -------
    Chart
        Subtitle, notes and source line are made from the table. The axis reaches to the
        lowest rank that Russia, China or a partner named ever has, or any has in the
        last period: another that was lower before comes in from below. Preliminary
        points, and a part of a year among years, are hollow.

    Raises
    ------
    Refused
        If there is no finding or no column `rank`; if the table has several reporters,
        products or flows, a period in several editions, periods that overlap, or sources
        of several offices; if a partner named is not in it; and what measures refuse.

    Examples
    --------
    >>> from traderank import add_rank, add_turnover, load_trade, rank_lines
    >>> trade = add_rank(add_turnover(load_trade("KAZ")))
    >>> chart = rank_lines(trade, flow="turnover", finding="China passed Russia in 2023")
    >>> chart.data.query("partner == 'CHN'")["rank"].tolist()
    [3, 2, 2, 2, 2, 1, 1, 1]
    """
    said = hear(finding, language, note, sources)
    drawn = pick_partners(trade, "rank", said.words, flow=flow, top=top, partners=partners)
    return _lines("rank_lines", drawn, said, partners)


def share_lines(
    trade, *, finding, flow=None, top=5, partners=(), language="en", note=None, sources=None
):
    """Draw the shares of partner countries through the years, from zero.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table with the column `share`, 0 to 1, as `add_share` leaves it. A
        missing share is a gap.
    finding, flow, partners, language, note, sources
        As for `rank_lines`.
    top : int
        How many partners are drawn: those with the largest shares in the last period.

    Returns
    -------
    Chart

    Raises
    ------
    Refused
        As `rank_lines`, of the column `share`.

    Examples
    --------
    >>> from traderank import add_share, load_trade, share_lines
    >>> imports = add_share(load_trade("KAZ", flow="import"))
    >>> chart = share_lines(imports, finding="China caught up with Russia", top=2)
    >>> chart.data.query("year == 2025").set_index("label")["share"].round(3).to_dict()
    {'Russia': 0.299, 'China': 0.29}
    """
    said = hear(finding, language, note, sources)
    drawn = pick_partners(trade, "share", said.words, flow=flow, top=top, partners=partners)
    return _lines("share_lines", drawn, said)


def value_lines(
    trade, *, finding, flow=None, top=5, partners=(), language="en", note=None, sources=None
):
    """Draw the values of trade with partner countries through the years, from zero.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table, in one currency and of periods of one length; `value` in whole
        units, drawn in thousands, millions or billions. A missing value is a gap.
    finding, flow, partners, language, note, sources
        As for `rank_lines`.
    top : int
        How many partners are drawn: those with the largest values in the last period.

    Returns
    -------
    Chart

    Raises
    ------
    Refused
        As `rank_lines`; and if the table mixes currencies, or years with parts of a year.

    Examples
    --------
    >>> from traderank import add_turnover, load_trade, value_lines
    >>> trade = add_turnover(load_trade("KAZ"))
    >>> chart = value_lines(trade, flow="turnover", finding="Trade with China has tripled")
    >>> chart.name
    'kaz-value_lines-turnover'
    """
    said = hear(finding, language, note, sources)
    drawn = pick_partners(trade, "value", said.words, flow=flow, top=top, partners=partners)
    return _lines("value_lines", drawn, said)


def flow_panels(
    trade, *, finding, column="rank", top=3, partners=(), language="en", note=None, sources=None
):
    """Draw turnover, exports and imports side by side, each with its own first partners.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table with the column drawn and two or three flows; `add_turnover` adds
        the turnover.
    finding, partners, language, note, sources
        As for `rank_lines`.
    column : {"rank", "share", "value"}
        What is drawn, on one axis for all flows.
    top : int
        How many partners are drawn of each flow: its first in the last period.

    Returns
    -------
    Chart

    Raises
    ------
    Refused
        As `rank_lines`, `share_lines` or `value_lines`; and if the table has one flow.

    Examples
    --------
    >>> from traderank import add_rank, add_turnover, flow_panels, load_trade
    >>> trade = add_rank(add_turnover(load_trade("KAZ")))
    >>> chart = flow_panels(trade, finding="Russia is still the first source of imports")
    >>> chart.data.query("flow == 'import' and partner == 'RUS'")["rank"].unique().tolist()
    [1]
    """
    _refuse_unknown(column, ("rank", "share", "value"))
    said = hear(finding, language, note, sources)
    drawn = pick_partners(trade, column, said.words, top=top, partners=partners, panels=True)
    if len(drawn.flows) < 2:
        raise Refused("the table has one flow", f"draw it by {column}_lines")
    return _lines("flow_panels", drawn, said, partners)


def report_lines(reports, *, finding, column="value", language="en", note=None, sources=None):
    """Draw several reports of the same trade as lines of their own: never as one series.

    Parameters
    ----------
    reports : dict of DataFrame (pandas, Polars, DuckDB, Spark)
        What each line is called, to its rows: of one reporter, flow and product, in one
        vintage for each period. A report with several partners is a line for each, called
        by the partner and by what the report is called. Of two lines of the same country
        the first is drawn in front, thicker.
    finding, language, note, sources
        As for `rank_lines`.
    column : {"value", "share"}
        What is drawn.

    Returns
    -------
    Chart
        The source line names every office. What `year_before` has derived is hollow.

    Raises
    ------
    Refused
        If there are fewer than two reports, a report is of several flows, or they differ
        in product or, for values, currency; and as `value_lines`.

    Examples
    --------
    >>> from traderank import load_extract, load_trade, report_lines
    >>> ours = load_trade("KAZ", flow="import").query("partner == 'CHN'")
    >>> theirs = load_extract("comtrade", reporter="CHN", partner="KAZ", flow="export")
    >>> reports = {"As Kazakhstan reports": ours, "As China reports": theirs}
    >>> chart = report_lines(reports, finding="China reports more than Kazakhstan does")
    >>> chart.data["label"].unique().tolist()
    ['As Kazakhstan reports', 'As China reports']
    """
    _refuse_unknown(column, ("value", "share"))
    said = hear(finding, language, note, sources)
    return _lines("report_lines", pick_reports(reports, column, said.words), said)


def reporter_panels(
    trade,
    *,
    finding,
    column="rank",
    flow=None,
    top=1,
    partners=(),
    language="en",
    note=None,
    sources=None,
):
    """Draw several countries' partners side by side, a panel for each country that reports.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table with the column drawn, of two or more reporters.
    finding, flow, partners, language, note, sources
        As for `rank_lines`; a partner named has to be in every reporter's table.
    column : {"rank", "share", "value"}
        What is drawn, on one axis for all reporters.
    top : int
        How many partners are drawn of each reporter: its first in its last period.

    Returns
    -------
    Chart
        The reporters in the order of their codes, on one axis of years; a line whose
        reporter's figures end earlier says when. The source line names every office.

    Raises
    ------
    Refused
        As `rank_lines`, `share_lines` or `value_lines`, of each reporter; and if the table
        has one reporter.

    Examples
    --------
    >>> from traderank import add_rank, load_trade, reporter_panels
    >>> imports = add_rank(load_trade(flow="import"))
    >>> chart = reporter_panels(imports, finding="China is first in two of three countries")
    >>> chart.data.query("year == 2023 and rank == 1").set_index("reporter")["label"].to_dict()
    {'KAZ': 'Russia', 'KGZ': 'China', 'UZB': 'China'}
    """
    _refuse_unknown(column, ("rank", "share", "value"))
    said = hear(finding, language, note, sources)
    wanted = {"flow": flow, "top": top, "partners": partners}
    drawn = pick_reporters(trade, column, said.words, **wanted)
    return _lines("reporter_panels", drawn, said, partners)


def concentration_lines(
    table, *, finding, column="effective_partners", language="en", note=None, sources=None
):
    """Draw how concentrated trade is on few partners, a line for each flow, from zero.

    Parameters
    ----------
    table : DataFrame (pandas, Polars, DuckDB, Spark)
        What `concentration` leaves: one row per flow and period of one reporter. A
        missing measure is a gap.
    finding, language, note, sources
        As for `rank_lines`.
    column : {"effective_partners", "hhi", "hhi_normalised"}
        Which measure of it.

    Returns
    -------
    Chart

    Raises
    ------
    Refused
        As `rank_lines`, of the column drawn.

    Examples
    --------
    >>> from traderank import concentration, concentration_lines, load_trade
    >>> table = concentration(load_trade("KAZ"))
    >>> chart = concentration_lines(table, finding="Imports rest on fewer partners than exports")
    >>> chart.data["label"].unique().tolist()
    ['Exports', 'Imports']
    """
    _refuse_unknown(column, ("effective_partners", "hhi", "hhi_normalised"))
    said = hear(finding, language, note, sources)
    return _lines("concentration_lines", pick_flows(table, column, said.words), said)


def _refuse_unknown(column, known):
    if column not in known:
        raise Refused(f"{column!r} is not drawn in this form", f"name one of {', '.join(known)}")


def _lines(name, drawn, said, partners=()):
    known = drawn.rows.dropna(subset=[drawn.column])
    if drawn.column == "rank":
        whole = known["series"].isin([*RIVALS, *partners])
        ends = known.groupby("panel")["x"].transform("max")
        shown = known[whole | (known["x"] == ends)]
        scale = rank_scale(int(shown["rank"].max()))
    else:
        currency = known["currency"].iat[0] if drawn.column == "value" else None
        scale = zero_scale(drawn.column, known[drawn.column], currency, said.words)
    return draw_lines(name, drawn, scale, said)
