"""What ships of other offices' figures beside the clean table: extracts, each of one source.

They are never part of `load_trade`: what one office reports and what its partner or an
international data base reports are different estimates, and are loaded by their names.
"""

from __future__ import annotations

from traderank.sources import data_folder, load_sources, read_sources, read_trade
from traderank.table import Refused


def load_extract(source, *, reporter=None, partner=None, flow=None):
    """Load one extract: figures of one source, as a tidy table.

    Parameters
    ----------
    source : str
        A key of ``data/extracts/sources.toml``: comtrade, china-customs, wits-kazakhstan,
        imf-2025, comext-annual, comext-monthly, comext-listed, comext-headings.
    reporter, partner, flow : str or sequence of str, optional
        Codes to keep, all if not given.

    Returns
    -------
    pandas.DataFrame
        The tidy table. `comtrade`, `imf-2025` and `wits-kazakhstan` have a column `rank`
        too, among all partners of the source's full table, of which the extract has but
        some rows: ranking an extract again would rank those alone. `china-customs` has
        `growth_published`, the printed growth on the year before, a fraction.

    Raises
    ------
    Refused
        If there is no such extract, or nothing in it is of the reporter, partner or flow.

    Examples
    --------
    >>> ours = load_extract("comtrade", reporter="CHN", partner="KAZ", flow="export")
    >>> ours.query("year >= 2021")[["year", "value"]].values.tolist()
    [[2021.0, 13960382794.0], [2022.0, 16355236459.0]]
    """
    known = extract_sources()
    tables = [key for key, entry in known.items() if entry["file"].startswith("extracts/")]
    if source not in tables:
        raise Refused(f"there is no extract {source!r}", f"there is {', '.join(tables)}")
    trade = read_trade(data_folder() / known[source]["file"])
    if "rank" in trade:
        trade["rank"] = trade["rank"].astype("Int64")
    for column, words in {"reporter": reporter, "partner": partner, "flow": flow}.items():
        if words is not None:
            wanted = {words} if isinstance(words, str) else set(words)
            if absent := sorted(wanted - set(trade[column])):
                raise Refused(
                    f"{source} has no {column} {', '.join(absent)}",
                    f"see load_extract({source!r})[{column!r}].unique()",
                )
            trade = trade[trade[column].isin(wanted)]
    return trade.reset_index(drop=True)


def extract_sources():
    """Load what is known of each extract and list: the entries of ``extracts/sources.toml``.

    Returns
    -------
    dict of dict
        Source key to entry, in the words of ``sources.toml``.

    Examples
    --------
    >>> extract_sources()["eu-export-bans"]["licence"]
    'CC BY 4.0'
    """
    return read_sources(data_folder() / "extracts" / "sources.toml")


def all_sources():
    """Load the entries of everything that ships: raw files, extracts and lists.

    Returns
    -------
    dict of dict
        Source key to entry: `load_sources` and `extract_sources` together.

    Examples
    --------
    >>> {"kaz-2023", "comtrade"} <= set(all_sources())
    True
    """
    return load_sources() | extract_sources()
