"""What the front page shows of the figures: the chart, the ranks, how each source is proved.

``python docs/front.py`` draws the chart for the README too, and writes its alt text there.
"""

from __future__ import annotations

import re
from pathlib import Path

from traderank import add_rank, add_turnover, load_sources, load_trade, rank_lines
from traderank.partners import display_name
from traderank.sources import data_folder, read_declared

ROOT = Path(__file__).resolve().parents[1]
FINDING = "China passed Russia in 2023 to become Kazakhstan’s largest trading partner"
FLOWS = {"turnover": "Turnover", "export": "Exports", "import": "Imports"}
RIVALS = {"RUS": "Russia", "CHN": "China"}
CAPTION = (
    "Rank among Kazakhstan's partner countries, and billion USD. "
    "Turnover is exports FOB plus imports CIF, as the office adds them."
)


def front():
    """Return the made parts of the front page, name to content."""
    chart = main_chart()
    return {
        "front-chart.md": f"![{chart.alt}](front-chart.png)\n",
        "front-chart.png": chart.screen_png(),
        "front-table.md": ranks(),
        "front-proof.md": proofs(),
    }


def main_chart():
    """Draw the ranks of Kazakhstan's first partners."""
    trade = add_rank(add_turnover(load_trade("KAZ")))
    return rank_lines(trade, flow="turnover", finding=FINDING, top=6)


def readme_image(alt):
    """Return the line of the README that shows the chart."""
    return f"![{alt}](docs/_static/main-chart.png)"


def write_readme():
    """Draw the chart into docs/_static, and write its alt text into the README."""
    chart, readme = main_chart(), ROOT / "README.md"
    (ROOT / "docs" / "_static" / "main-chart.png").write_bytes(chart.screen_png())
    line = re.compile(r"^!\[.*\]\(docs/_static/main-chart\.png\)$", re.MULTILINE)
    text = line.sub(lambda _: readme_image(chart.alt), readme.read_text("utf-8"))
    readme.write_text(text, "utf-8")


def ranks():
    """Return the ranks and values of the two rivals, a row for each year, as HTML."""
    trade = add_rank(add_turnover(load_trade("KAZ")))
    trade = trade[trade["partner"].isin(RIVALS)].set_index(["year", "flow", "partner"])
    trade = trade[["rank", "value"]].sort_index()
    over = "".join(f'<th scope="colgroup" colspan="2">{flow}</th>' for flow in FLOWS.values())
    names = "".join(f'<th scope="col">{name}</th>' for name in RIVALS.values()) * len(FLOWS)
    body = "\n".join(
        f'<tr><th scope="row">{year}</th>'
        + "".join(_cell(trade.loc[year, flow, rival]) for flow in FLOWS for rival in RIVALS)
        + "</tr>"
        for year in sorted(trade.index.unique("year"))
    )
    return f"""<div class="pst-scrollable-table-container"><table class="table ranks">
<caption>{CAPTION}</caption>
<thead><tr><th rowspan="2" scope="col">Year</th>{over}</tr><tr>{names}</tr></thead>
<tbody>
{body}
</tbody></table></div>
"""


def _cell(row):
    first = ' class="first"' if row["rank"] == 1 else ""
    return f"<td{first}><b>{row['rank']:.0f}</b> <span>{row['value'] / 1e9:.1f}</span></td>"


def proofs():
    """Return a table of how the reading of each shipped file ends."""
    lines = ["```{table}", ":class: figures", ""]
    lines += ["| country | edition | published | word | checks | numbers |"]
    lines += ["|---|---|---|---|--:|--:|"]
    for entry in load_sources().values():
        proof = read_declared(data_folder() / entry["file"]).proof
        edition = Path(entry["file"]).stem.replace("-", ", ")
        lines.append(
            f"| {display_name(entry['reporter'])} | {edition} "
            f"| {entry.get('vintage', 'not known')} | {proof.word} "
            f"| {sum(proof.checks.values()):,} | {proof.covered:,} of {proof.cells:,} |"
        )
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    write_readme()
