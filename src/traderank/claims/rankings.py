"""Every ranking in which a claim can be looked up: blocs, flow, edition, year."""

from __future__ import annotations

from functools import cached_property

import narwhals as nw
import pandas as pd

from traderank.checks import WORDS, as_rows, open_table
from traderank.compare import merge_blocs
from traderank.measures import add_share, add_turnover, rank_margin
from traderank.partners import members
from traderank.table import COLUMNS, RANKED_KINDS, Refused

#: What may stand in a table whose ranks were made elsewhere, on more partners than it has.
_READY = ("rank", "share", "rival", "margin", "error_to_flip")
_EDITION = ["vintage", "source"]


class Ranking:
    """The partners of one country in one year, flow and edition, some blocs counted as one.

    Parameters
    ----------
    rows : pandas.DataFrame
        The measured rows of the ranking.
    way : tuple of str
        The blocs counted as one.
    printed : pandas.DataFrame
        The table as it was read, for the cells.
    is_ready : bool
        Whether the ranks were made elsewhere, on more partners than have rows here.
    """

    def __init__(self, rows, way, printed, *, is_ready=False):
        self.rows, self._way, self._printed, self._is_ready = rows, way, printed, is_ready
        first = rows.iloc[0]
        self.year, self.flow = int(first["year"]), first["flow"]
        self.currency = first["currency"]
        self.edition = tuple(None if pd.isna(first[name]) else first[name] for name in _EDITION)

    @cached_property
    def _partners(self):
        ranked = self.rows.loc[self.rows["kind"].isin(RANKED_KINDS), ["partner", "value", *_READY]]
        rows = ranked.astype(object).where(ranked.notna(), None).to_dict("records")
        return {row["partner"]: row for row in rows}

    @cached_property
    def _places(self):
        places, ranked = {}, [row for row in self._partners.values() if row["rank"] is not None]
        for row in sorted(ranked, key=lambda row: (row["rank"], row["partner"])):
            # Of two that are tied at 2, one stands at the place 3, where nobody's rank is.
            places[max(row["rank"], max(places, default=0) + 1)] = row
        return places

    def row(self, partner):
        """Return the row of a partner, or None; a bloc stands for its members."""
        merged = self.bloc_of(partner)
        return self._partners.get(merged or partner)

    def bloc_of(self, partner):
        """Return the bloc of this reading in which a partner is counted, or None."""
        day = f"{self.year}-12-31"
        return next((bloc for bloc in self._way if partner in members(bloc, day)), None)

    def at(self, place):
        """Return the row that stands at a place, or None."""
        return self._places.get(place)

    def weakest(self, name):
        """Return the weakest word of the ranking: a rank rests on all of it."""
        words = {None if pd.isna(word) else word for word in self.rows[name]}
        return next(word for word in WORDS[name][::-1] if word in words)

    @cached_property
    def total(self):
        """The printed total, or None."""
        total = self.rows.loc[self.rows["partner"] == "WLD", "value"].dropna()
        return total.iloc[0] if len(total) else None

    @cached_property
    def unlisted(self):
        """How much of the printed total is no row's; 0 where that does not bear on ranks."""
        listed = self.rows.loc[self.rows["kind"].isin([*RANKED_KINDS, "residual"]), "value"]
        return 0.0 if self._is_ready or self.total is None else self.total - listed.sum()

    def cells(self, partner):
        """List where the numbers stand that make a partner's value: (source, sheet, cell)."""
        codes = {partner} if partner not in self._way else members(partner, f"{self.year}-12-31")
        flows = [self.flow, *(["export", "import"] if self.flow == "turnover" else [])]
        rows = self._printed
        vintage, source = self.edition
        of_edition = rows["vintage"].isna() if vintage is None else rows["vintage"] == vintage
        of_edition &= (rows["source"] == source) & (rows["year"] == self.year)
        rows = rows[of_edition & rows["partner"].isin(codes) & rows["flow"].isin(flows)]
        # What was read has the cells of exports and imports; a turnover row repeats them.
        parts = rows[rows["flow"] != "turnover"] if rows["flow"].nunique() > 1 else rows
        cells = parts.loc[parts["cell"].notna(), ["source", "sheet", "cell"]].astype(object)
        return cells.where(cells.notna(), None).values.tolist()


class Source:
    """One tidy table, of one office or data base, ranked in every way.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table; with a column `rank` its ranks are taken as they stand.
    claim : Claim
    ways : list of tuple of str
        The blocs counted as one in each way.

    Raises
    ------
    Refused
        As every measure.
    """

    def __init__(self, trade, claim, ways):
        self.known = _of_reporter(trade, claim.reporter)
        rows = self.known
        whole = rows[(rows["months"] == 12) & (rows["product"] == "TOTAL")]
        self.whole, rows = whole, whole[whole["year"].isin(claim.years())]
        self.is_ready = "rank" in rows and not _is_whole(rows)
        if not self.is_ready:
            rows = rows.drop(columns=[name for name in _READY if name in rows])
        self.ways, self._rankings = ways, {way: [] for way in ways}
        if len(rows):
            self._rank(rows)

    def of(self, way):
        """Return the rankings in which some blocs are counted as one."""
        return self._rankings[way]

    def _rank(self, rows):
        if self.is_ready:
            measured = add_share(rows).assign(product=0, rank=rows["rank"].astype("Int64"))
            measured = measured.reindex(columns=list(dict.fromkeys([*measured, *_READY])))
        else:
            if set(rows["flow"]) == {"export", "import"}:
                rows = add_turnover(rows)
            merged = [merge_blocs(rows, way) if way else rows for way in self.ways]
            # All are of one product, so that the way of counting can stand in its place: each
            # makes rankings of its own, and all are made at once.
            merged = pd.concat([table.assign(product=str(at)) for at, table in enumerate(merged)])
            measured = rank_margin(add_share(merged))
        for key, group in measured.groupby(["product", "year", "flow", *_EDITION], dropna=False):
            # An office that prints exports and imports in two files has no turnover in either.
            if group["value"].notna().any():
                way = self.ways[int(key[0])]
                ranking = Ranking(group, way, rows, is_ready=self.is_ready)
                self._rankings[way].append(ranking)


def _is_whole(rows):
    """Say whether the partners' rows make up the printed totals, so that all can be ranked."""
    total = rows.loc[rows["partner"] == "WLD", "value"].sum()
    listed = rows.loc[rows["kind"].isin([*RANKED_KINDS, "residual"]), "value"].sum()
    return total > 0 and listed >= 0.999 * total


def _of_reporter(trade, reporter):
    table = nw.from_native(trade)
    names = table.collect_schema().names()
    if not {"reporter", "year", "kind", "value"} <= set(names):
        # It says which columns there should be; all else is checked when it is measured.
        table = open_table(trade, "year")
    kept = [name for name in (*COLUMNS, *_READY) if name in names]
    rows = as_rows(table.filter(nw.col("reporter") == reporter).select(kept))
    if not rows:
        there = sorted(row["reporter"] for row in as_rows(table.select("reporter").unique()))
        raise Refused(f"no reporter {reporter} is in the table", f"there is {', '.join(there)}")
    return pd.DataFrame(rows, columns=kept).reindex(columns=list(dict.fromkeys([*COLUMNS, *kept])))
