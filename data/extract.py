"""Make the extracts and lists from the offices' own files: python data/extract.py.

The files are looked for in ../shared/data (or --originals DIR); the project carries only
what is made from them here. Each extract is a tidy table of one source, declared in
extracts/sources.toml with the checksum of the file it is from. The same files make the
same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pandas as pd

from traderank import add_rank
from traderank.partners import find, find_code
from traderank.products import sum_months, sum_products
from traderank.sources import checksum, read_sources
from traderank.table import COLUMNS, Refused

DATA = Path(__file__).resolve().parent
ORIGINALS = DATA.parents[1] / "shared" / "data"

#: Of whom the extracts tell: Russia, China, and the countries between them and the EU.
PARTNERS = (
    *("ARM", "AZE", "BLR", "CHN", "GEO", "KAZ", "KGZ", "MDA", "MNG", "RUS", "TJK", "TKM"),
    *("TUR", "UKR", "UZB", "ARE"),
)
#: Who is asked about in every country; their own reports are kept of all of PARTNERS.
RIVALS = ("RUS", "CHN")
#: The members of the European Union since February 2020.
MEMBERS = (
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV"),
    *("HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK"),
    *("SVN", "SWE"),
)
#: Columns that some extracts have beside the tidy table's.
ADDED = {
    "rank": "rank among all partners in the source's full table",
    "growth_published": "the printed growth on the year before, a fraction",
}
#: How many of a reporter's first partners an extract has.
FIRST = 5

#: All codes that are in the same goods' place in both editions of the HS and of the CN.
BOTH = "HS2017-HS2022"
_EDITIONS = {"both": BOTH, "only_2020_21": "HS2017", "only_2022": "HS2022"}


def read(path):
    """Read an original as text, with the line that each row stands in."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    return rows.assign(line=range(2, len(rows) + 2))


def tidy(rows, letter, **fixed):
    """Put rows into the tidy table's columns; what is the same in all of them is given.

    `letter` is that of the column that the values stand in: with the line it is the cell
    of the original.
    """
    rows = rows.assign(cell=[f"{letter}{line}" for line in rows["line"]])
    usual = {"product": "TOTAL", "period": rows["year"].astype(str), "months": 12}
    for column, value in (usual | {"proof": "unproved"} | fixed).items():
        if column in fixed or column not in rows:
            rows = rows.assign(**{column: value})
    added = [column for column in rows if column in ADDED]
    return rows.reindex(columns=[*COLUMNS, *added]).reset_index(drop=True)


def name_partners(rows, name):
    """Give each row the code and the kind of the partner that is printed in it."""
    found = {printed: find(printed) for printed in rows["partner_name"].unique()}
    if unknown := [printed for printed, partner in found.items() if partner is None]:
        raise Refused(f"{unknown} are partners we do not know", "list them", file=name)
    partners = rows["partner_name"].map(found)
    return rows.assign(
        partner=[partner.code for partner in partners], kind=[partner.kind for partner in partners]
    )


def prove(rows, parts, by, tolerance):
    """Say of each total whether the parts that the source prints sum to it.

    Every part is a whole number or cut to some decimals: a sum of n of them may be off by
    n times `tolerance`.
    """
    sums = rows[parts].groupby(by)["value"].agg(["sum", "size"])
    total = rows[rows["partner"] == "WLD"].set_index(by)["value"]
    holds = (sums["sum"] - total).abs() <= tolerance * (sums["size"] + 1)
    words = holds.map({True: "proved", False: "unproved"}).rename("proof")
    return rows.merge(words.reset_index(), on=by, how="left").fillna({"proof": "unproved"})


def rank_and_keep(rows):
    """Rank the partners in the whole table; keep total, first, Russia, China, their neighbours."""
    ranked = add_rank(rows)
    kept = ranked["partner"].isin(["WLD", *RIVALS]) | (ranked["rank"] <= FIRST)
    kept |= ranked["reporter"].isin(RIVALS) & ranked["partner"].isin(PARTNERS)
    order = ["year", "reporter", "flow", "kind", "rank", "partner"]
    return ranked[kept].sort_values(order, kind="stable")


def comtrade(path):
    """Take of every reporter: total, Russia, China, the first five, with their ranks."""
    return rank_and_keep(whole_comtrade(path))


def whole_comtrade(path):
    """Read all goods, every reporter and partner, as a tidy table."""
    rows = read(path)
    codes = [find_code(code, "comtrade") for code in rows["partner_iso3"]]
    names = {name: find(name) for name in rows["partner"].unique()}
    partners = [code or names[name] for code, name in zip(codes, rows["partner"], strict=True)]
    reporters = {code: find_code(code, "comtrade") for code in rows["reporter_iso3"].unique()}
    rows = rows.assign(
        reporter=[reporters[code].code for code in rows["reporter_iso3"]],
        partner_name=rows["partner"],
        partner=[partner.code for partner in partners],
        kind=[partner.kind for partner in partners],
        year=rows["year"].astype(int),
        value=rows["value_usd"].map(float),
    )
    # What a country exports to itself has come back or was sent on: no partner's trade.
    rows.loc[rows["partner"] == rows["reporter"], "kind"] = "residual"
    rows = prove(rows, rows["partner"] != "WLD", ["reporter", "year", "flow"], 0.5)
    return tidy(rows, "G", currency="USD", source="comtrade")


def china_customs(path):
    """Take China's trade with neighbours in yuan, and the growth printed beside it."""
    rows = read(path)
    flows = {"turnover": ("trade", "D"), "export": ("export", "E"), "import": ("import", "F")}
    parts = []
    for flow, (stem, letter) in flows.items():
        value, growth = rows[f"{stem}_cny_10k"], rows[f"yoy_{stem}_pct"]
        part = rows.assign(
            flow=flow,
            letter=letter,
            value=[round(float(text or "nan") * 1e4) if text else float("nan") for text in value],
            growth_published=[round(float(text or "nan") / 100, 5) for text in growth],
        )
        parts.append(part)
    rows = pd.concat(parts).rename(columns={"partner_cn": "partner_name"})
    rows = name_partners(rows, path.name).astype({"year": int})
    rows = rows[rows["partner"].isin([*PARTNERS, "WLD"])]
    return _proved_turnover(
        pd.concat(
            tidy(part, letter, reporter="CHN", currency="CNY", source="china-customs")
            for letter, part in rows.groupby("letter")
        )
    ).sort_values(["year", "partner", "flow"], kind="stable")


def _proved_turnover(rows):
    """Say of each partner's three figures whether exports and imports sum to turnover."""
    of = rows.pivot_table(index=["partner", "year"], columns="flow", values="value", dropna=False)
    # Printed in units of 10,000 yuan with four decimals.
    holds = (of["export"] + of["import"] - of["turnover"]).abs() <= 1.5
    keys = zip(rows["partner"], rows["year"], strict=True)
    return rows.assign(proof=["proved" if holds[key] else "unproved" for key in keys])


def wits_kazakhstan(path):
    """Take Kazakhstan's own reports on Russia and China, without the broken 2010."""
    rows = read(path).rename(columns={"partner": "partner_name"})
    totals = rows.drop_duplicates(["year", "flow"]).assign(
        partner_name="World", value_musd=lambda one: one["kz_total_musd"], rank_in_flow="", at="G"
    )
    rows = name_partners(pd.concat([rows.assign(at="D"), totals]), path.name).astype({"year": int})
    value = rows["value_musd"].map(lambda text: round(float(text) * 1e6))
    # 2010 lacks most trade with Russia from July on: a figure of a part of a year.
    rows["value"] = value.where(rows["year"] != 2010)
    places = rows["rank_in_flow"].where(rows["rank_in_flow"].str.isdigit())
    rows["rank"] = places.where(rows["year"] != 2010).astype("Int64")
    fixed = {"reporter": "KAZ", "currency": "USD", "source": "wits-kazakhstan"}
    parts = [tidy(part, at, **fixed) for at, part in rows.groupby("at", sort=False)]
    return pd.concat(parts).sort_values(["year", "flow", "kind", "partner"], kind="stable")


def imf(path):
    """Take the IMF's estimates of exports in 2025: Russia, China, the first five."""
    rows = read(path).rename(columns={"importer": "partner_name"})
    rows = name_partners(rows, path.name).astype({"year": int})
    rows["reporter"] = [find(printed).code for printed in rows["exporter"]]
    rows["value"] = rows["export_fob_musd"].map(lambda text: round(float(text) * 1e6))
    rows.loc[rows["partner"] == rows["reporter"], "kind"] = "residual"
    fixed = {"flow": "export", "currency": "USD", "source": "imf-2025"}
    return rank_and_keep(tidy(rows, "D", **fixed))


def comext_annual(path):
    """Take the EU-27's exports of all goods by year, to the partners told of and in all."""
    rows = read(path).rename(columns={"partner": "partner_name"})
    rows = name_partners(rows, path.name).astype({"year": int})
    rows["value"] = rows["value_eur"].map(float)
    rows = _outside(rows)
    fixed = {"reporter": "EU27", "flow": "export", "currency": "EUR", "source": "comext-annual"}
    rows = tidy(rows, "C", **fixed)
    kept = rows[rows["partner"].isin([*PARTNERS, "WLD"])]
    return kept.sort_values(["year", "kind", "partner"], kind="stable")


def _outside(rows):
    """Make the EU's total that of its trade with the outside, and prove it by the partners.

    Only countries that are no members, and what is not specified of trade with the
    outside, are parts of it.
    """
    inside = rows["partner"].isin(MEMBERS) | rows["partner"].str.contains("INTRA_EU")
    rows = rows[~inside].replace({"partner": {"EXTRA_EU27": "WLD"}})
    return prove(rows, rows["partner"] != "WLD", ["year"], 0.5)


def comext_monthly(path):
    """Take the EU-27's exports of all goods by month to Russia and five neighbours."""
    rows = read(path).rename(columns={"eu_flow": "flow"})
    rows["value"] = rows["value_eur"].map(float)
    rows = _monthly(rows)
    members = {"EU27_2020": "EU27"}
    union = rows[rows["reporter"] == "EU27_2020"].replace({"reporter": members})
    groups = ("EU27_2020", "EU_EVOL", "EA20", "EA_EVOL", "United Kingdom")
    by = ["partner", "flow", "period"]
    sums = rows[~rows["reporter"].isin(groups)].groupby(by)["value"].agg(["sum", "size"])
    whole = union.set_index(by)["value"]
    holds = (sums["sum"] - whole).abs() <= 0.5 * (sums["size"] + 1)
    union["proof"] = ["proved" if holds[key] else "unproved" for key in whole.index]
    union = tidy(union, "E", currency="EUR", months=1, source="comext-monthly")
    return union.sort_values(["flow", "partner", "period"], kind="stable")


def _monthly(rows):
    partners = [find_code(code, "eurostat") for code in rows["partner"]]
    return rows.assign(
        partner_name=rows["partner"],
        partner=[partner.code for partner in partners],
        kind=[partner.kind for partner in partners],
        year=rows["month"].str[:4].astype(int),
        period=rows["month"].str.replace("-", "-M"),
    )


def listed_cn8(path):
    """Read the EU-27's exports of listed CN8 products by month, each with its edition."""
    rows = read(path)
    codes = read(path.with_name("cn8_codes.csv")).set_index("cn8")["vintage"]
    rows["value"] = rows["value_eur"].map(float)
    rows["classification"] = rows["cn8"].map(codes).map(_EDITIONS)
    rows = _monthly(rows).rename(columns={"cn8": "product"})
    fixed = {"reporter": "EU27", "flow": "export", "currency": "EUR"}
    return tidy(rows, "D", months=1, source="comext-listed", **fixed)


def comext_listed(path):
    """Take listed goods by month: what compares over 2022 as one, bearings, high priority."""
    rows = listed_cn8(path)
    listed = sum_products(rows, "", name="LISTED")
    first = pd.read_csv(DATA / "lists" / "common_high_priority.csv", dtype=str)["hs6"]
    chosen = rows["product"].str[:6].isin(first) | rows["product"].str.startswith("8482")
    kept = pd.concat([listed, rows[chosen]], ignore_index=True).reindex(columns=COLUMNS)
    return kept.sort_values(["product", "partner", "period"], kind="stable")


def comext_headings(path):
    """Take exports by heading, March to November of each year."""
    rows = read(path).rename(columns={"code": "product"})
    rows = _monthly(rows[rows["flow"] == "EXPORT"].assign(flow="export"))
    rows["value"] = rows["value_eur"].map(float)
    fixed = {"reporter": "EU27", "currency": "EUR", "source": "comext-headings"}
    rows = tidy(rows, "E", months=1, **fixed)
    months = sum_months(rows, 3, 11).reindex(columns=COLUMNS)
    return months.sort_values(["product", "partner", "period"], kind="stable")


def high_priority(path):
    """Take the Common High Priority List, tier by tier: tier and HS6 code (HS 2022)."""
    return read(path)[["tier", "hs6"]].sort_values(["tier", "hs6"])


def export_bans(path):
    """Take the dates of the EU's export bans: HS6 code, in force, end of the wind-down."""
    rows = read(path).rename(columns={"date": "in_force", "winddown_end": "wound_down"})
    return rows[["hs6", "in_force", "wound_down"]]


#: Source key to the original, where it is kept, and what makes the extract of it. The lists
#: come first: extracts are made with them.
EXTRACTS = {
    "common-high-priority": ("eu/common_high_priority_hs6.csv", high_priority),
    "eu-export-bans": ("eu/eu_export_ban_hs6.csv", export_bans),
    "comtrade": ("world/comtrade_totals_2014_2022.csv.gz", comtrade),
    "china-customs": ("world/china_customs_cny_2024_2025.csv", china_customs),
    "wits-kazakhstan": ("world/kaz_comtrade_russia_china_1995_2021.csv", wits_kazakhstan),
    "imf-2025": ("world/imf_exports_2025.csv.gz", imf),
    "comext-annual": ("eu/exports_all_partners_annual_2010_2023.csv", comext_annual),
    "comext-monthly": ("eu/exports_total_by_member_month_2019_2024.csv", comext_monthly),
    "comext-listed": ("eu/exports_listed_cn8_month.csv.gz", comext_listed),
    "comext-headings": ("eu/exports_listed_hs4_month.csv.gz", comext_headings),
}


def content(key, originals=ORIGINALS):
    """Return the bytes of one extract, made from its original."""
    where, make = EXTRACTS[key]
    table = make(originals / where)
    return table.to_csv(index=False, lineterminator="\n", float_format="%.15g").encode()


def describe(declared):
    """Return the data package of the extracts and lists, as text."""
    resources = []
    for key, entry in read_sources(declared).items():
        made = (DATA / entry["file"]).read_bytes()
        header = made.partition(b"\n")[0].decode().split(",")
        resources.append(
            {
                "name": key,
                "path": entry["file"],
                "title": f"{entry['office']}: {entry['title']}, {entry['edition']}",
                "description": entry.get("note", ""),
                "encoding": "utf-8",
                "bytes": len(made),
                "hash": f"sha256:{checksum(DATA / entry['file'])}",
                "licenses": [{"path": entry["licence_url"], "title": entry["licence"]}],
                "sources": [{"path": entry["url"], "title": entry["title"]}],
                "schema": {"fields": [_field(name) for name in header], "missingValues": [""]},
            }
        )
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "traderank-extracts",
        "title": "Extracts of other offices' trade figures, each of one source, and lists of goods",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _field(name):
    numbers = {"value": "number", "growth_published": "number", "share_published": "number"}
    kind = numbers | {"year": "integer", "months": "integer", "rank": "integer"}
    field = {"name": name, "type": kind.get(name, "string")}
    meaning = COLUMNS.get(name) or ADDED.get(name)
    return field | ({"description": meaning} if meaning else {})


def main():
    """Write every extract, its checksums into extracts/sources.toml, and the data package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--originals", type=Path, default=ORIGINALS)
    originals = parser.parse_args().originals
    declared = DATA / "extracts" / "sources.toml"
    for key, entry in read_sources(declared).items():
        path, original = DATA / entry["file"], originals / EXTRACTS[key][0]
        path.write_bytes(content(key, originals))
        for name, of in (("sha256", path), ("original_sha256", original)):
            _declare(declared, key, name, checksum(of))
        print(f"{key}: {path.stat().st_size:,} bytes")
    (DATA / "extracts.json").write_text(describe(declared), "utf-8")


def _declare(path, key, name, digest):
    """Put a checksum into one entry of a file of entries."""
    before, head, rest = path.read_text("utf-8").partition(f"[{key}]\n")
    rest = re.sub(rf'^{name} = ".*"$', f'{name} = "{digest}"', rest, count=1, flags=re.M)
    path.write_text(before + head + rest, "utf-8")


if __name__ == "__main__":
    main()
