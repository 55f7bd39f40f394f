"""How commands write figures, and where they say these come from."""

from __future__ import annotations


class Unit:
    """The largest unit of value in which nothing that is shown rounds to nothing."""

    def __init__(self, shown):
        figures = shown[["value", "margin"]].stack()
        least = figures[figures > 0].min()
        scales = [(10**6, "million "), (10**3, "thousand ")]
        self.scale, word = next((s for s in scales if least >= s[0] / 10), (1, ""))
        self.decimals = 1 if self.scale > 1 else 0 if least >= 1 else 2
        self.name = word + shown["currency"].iloc[0]

    def write(self, figure):
        """Write a figure in this unit, without the unit's name; None stays None."""
        return None if figure is None else f"{figure / self.scale:,.{self.decimals}f}"


def percent(share):
    """Write a part of a whole; what is not nothing is not written as nothing."""
    if share is None:
        return None
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def listed(words):
    """Join words by commas."""
    return ", ".join(map(str, words))


def source_lines(rows):
    """Say where figures come from: one line for each edition."""
    from traderank.extracts import all_sources

    known = all_sources()
    editions = rows[["source", "vintage", "status", "proof"]].drop_duplicates()
    for row in editions.astype(object).where(editions.notna(), None).itertuples():
        entry = known.get(row.source, {})
        title = entry.get("title_en", entry.get("title"))
        told = [entry.get("office"), title, row.vintage and f"vintage {row.vintage}"]
        said = ", ".join(filter(None, [*told, row.status, row.proof]))
        sheets = rows.loc[rows["source"] == row.source, "sheet"].dropna().unique()
        sheet = f", sheet {listed(sheets)}" if len(sheets) else ""
        yield f"Source: {said} ({row.source}{sheet})."
