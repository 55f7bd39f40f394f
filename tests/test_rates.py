"""Other currencies in dollars: by yearly averages with a named source, or not at all."""

import pandas as pd
import pytest
from test_measures import ENGINES, row
from test_mirrors import rows

from traderank import Refused, load_rates, to_usd

RATES = pd.DataFrame(
    {
        "currency": ["EUR", "CNY"],
        "year": [2023, 2023],
        "rate": [1.1, 7.0],
        "quoted": ["USD per EUR", "CNY per USD"],
        "source": ["a bank", "another"],
    }
)


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def test_a_value_is_converted_the_way_its_rate_is_quoted(engine):
    trade = [
        row("CHN", 70.0, currency="CNY", source="1"),
        row("DEU", 10.0, currency="EUR", source="2"),
        row("RUS", 3.0, source="3"),
    ]
    china, germany, russia = rows(to_usd(engine(trade), RATES))
    assert china["value"] == pytest.approx(10) and germany["value"] == pytest.approx(11)
    assert russia["value"] == 3 and pd.isna(russia["rate"])
    assert {one["currency"] for one in (china, germany, russia)} == {"USD"}
    assert (china["rate"], china["rate_quoted"], china["rate_source"]) == (
        *(7.0, "CNY per USD", "another"),
    )


def test_a_missing_value_stays_missing(engine):
    (germany,) = rows(to_usd(engine([row("DEU", None, currency="EUR")]), RATES))
    assert pd.isna(germany["value"]) and germany["currency"] == "USD"


def test_a_year_without_a_rate_is_refused_with_its_rows(engine):
    with pytest.raises(Refused, match=r"no rate for the currency and year: KAZ DEU .* 2022"):
        to_usd(engine([row("DEU", 1.0, currency="EUR", year=2022)]), RATES)


def test_a_part_of_a_year_is_refused(engine):
    month = row("DEU", 1.0, currency="EUR", period="2023-M01", months=1)
    with pytest.raises(Refused, match="yearly average is not the rate of a part of a year"):
        to_usd(engine([month]), RATES)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"quoted": ["EUR per USD", "dollars"]}, "CNY 2023 is quoted 'dollars'"),
        ({"rate": [0.0, 7.0]}, "EUR 2023 is 0"),
        ({"currency": ["EUR", "EUR"], "quoted": ["USD per EUR"] * 2}, "EUR 2023 has two rates"),
    ],
)
def test_rates_that_cannot_be_right_are_refused(change, why):
    with pytest.raises(Refused, match=why):
        to_usd(pd.DataFrame([row("DEU", 1.0, currency="EUR")]), RATES.assign(**change))


def test_rates_without_a_source_are_refused():
    with pytest.raises(Refused, match="no column source"):
        to_usd(pd.DataFrame([row("DEU", 1.0, currency="EUR")]), RATES.drop(columns="source"))


def test_every_shipped_rate_names_its_source_and_follows_its_neighbour():
    rates = load_rates()
    assert rates["source"].str.len().min() > 10
    euro = rates[rates["currency"] == "EUR"].sort_values("year")
    assert euro["year"].tolist() == list(range(2010, 2026))
    # A yearly average seldom moves by a fifth: a slip of a digit would.
    assert (euro["rate"].pct_change().abs().dropna() < 0.2).all()
    assert rates.query("currency == 'CNY'")["rate"].between(6.5, 7.5).all()
