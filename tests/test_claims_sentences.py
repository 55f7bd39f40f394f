"""A claim's sentence is read in one meaning, written back, or refused with the forms there are."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

import traderank.claims
from traderank import Claim, Refused, parse_claim
from traderank.claims.sentences import known_forms
from traderank.partners import display_name, find
from traderank.spelling import normalise

CASES = Path(traderank.claims.__file__).with_name("russian_cases.csv")
SECOND = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Russia was Kazakhstan's second-largest trading partner in 2023, after China", SECOND),
        (
            "russia  is Kazakhstan’s second largest trading partner in 2023, after china.",
            SECOND,
        ),
        (
            "В 2023 году Россия была вторым по величине торговым партнёром Казахстана после Китая",
            SECOND,
        ),
        (
            "в 2023 году Российская Федерация стала вторым торговым партнером Казахстана, "
            "после КНР",
            SECOND,
        ),
        (
            "The Netherlands was Uzbekistan's largest export market from 2018 to 2020",
            Claim("UZB", "NLD", 2020, rank=1, since=2018, flow="export"),
        ),
        (
            "С 2018 по 2020 год Нидерланды были крупнейшим рынком экспорта Узбекистана",
            Claim("UZB", "NLD", 2020, rank=1, since=2018, flow="export"),
        ),
        (
            "China was Kazakhstan's largest trading partner in 2023, for the first time since 2018",
            Claim("KAZ", "CHN", 2023, rank=1, first_since=2018),
        ),
        (
            "В 2023 году, впервые с 2018 года, Китай стал первым торговым партнёром Казахстана",
            Claim("KAZ", "CHN", 2023, rank=1, first_since=2018),
        ),
        (
            "Russia was Kazakhstan's largest trading partner in 2023, by imports, "
            "counting the EU as one",
            Claim("KAZ", "RUS", 2023, rank=1, flow="import", blocs="EU"),
        ),
        (
            "В 2023 году Россия была первым торговым партнёром Казахстана по товарообороту, "
            "если считать Китай с Гонконгом и Макао одним партнёром",
            Claim("KAZ", "RUS", 2023, rank=1, flow="turnover", blocs="CHN_HKG_MAC"),
        ),
        (
            "Russia was Kazakhstan's largest trading partner in 2023, "
            "counting the EU and China with Hong Kong and Macao as one",
            Claim("KAZ", "RUS", 2023, rank=1, blocs=("EU", "CHN_HKG_MAC")),
        ),
        (
            "Между 2022 и 2023 годами Китай обогнал Россию среди торговых партнёров Казахстана",
            Claim("KAZ", "CHN", 2023, overtook="RUS", since=2022),
        ),
        (
            "China had more than 23.5% of Kazakhstan's turnover in 2025",
            Claim("KAZ", "CHN", 2025, share=0.235, flow="turnover"),
        ),
        (
            "В 2025 году на Китай приходилось более 23,5 % торговли Казахстана",
            Claim("KAZ", "CHN", 2025, share=0.235),
        ),
        (
            "Kazakhstan's exports to China grew by at least 10 % from 2022 to 2023",
            Claim("KAZ", "CHN", 2023, growth=0.1, since=2022, flow="export"),
        ),
        (
            "Russia was Kazakhstan's number 12 supplier in 2023",
            Claim("KAZ", "RUS", 2023, rank=12, flow="import"),
        ),
    ],
)
def test_a_sentence_is_read_in_one_meaning(sentence, claim):
    assert parse_claim(sentence) == claim


@pytest.mark.parametrize("sentence", known_forms())
def test_every_form_that_is_offered_is_read_and_written_back(sentence):
    claim = parse_claim(sentence)
    assert parse_claim(str(claim)) == claim


@pytest.mark.parametrize("rank", [*range(1, 13), 21])
@pytest.mark.parametrize("said", [{}, {"flow": "turnover"}, {"behind": "NLD"}, {"ahead_of": "USA"}])
def test_every_claim_about_a_rank_is_written_and_read_back(rank, said):
    for form in ({"rank": rank}, {"top": rank}):
        for when in ({}, {"since": 2019}):
            claim = Claim("USA", "GBR", 2023, **form | said | when)
            assert parse_claim(str(claim)) == claim


@pytest.mark.parametrize(
    "claim",
    [
        Claim("KAZ", "RUS", 2023, ahead_of="CHN", behind="ITA"),
        Claim("KAZ", "RUS", 2023, share=0.1, flow="turnover", blocs=["EU", "EAEU"]),
        Claim("KAZ", "EU", 2023, growth=0.125, blocs="EU"),
        replace(SECOND, flow="export", blocs="EU"),
    ],
)
def test_other_claims_are_written_and_read_back(claim):
    assert parse_claim(str(claim)) == (replace(claim, since=2022) if claim.growth else claim)


def test_what_no_sentence_can_say_is_written_as_several():
    claim = Claim("KAZ", "RUS", 2023, rank=2, share=0.1)
    assert str(claim) == (
        "Russia was Kazakhstan's second-largest trading partner in 2023 and Russia had more than "
        "10 % of Kazakhstan's trade in 2023"
    )


@pytest.mark.parametrize(
    "sentence", ["", "Russia is great", "Russia was second in 2023", "В 2023 году"]
)
def test_what_is_of_no_form_is_refused_with_all_forms(sentence):
    with pytest.raises(Refused, match="not a claim of a form") as caught:
        parse_claim(sentence)
    assert all(form in caught.value.remedy for form in known_forms())


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("Atlantis", '"Atlantis" is not a partner we know', ""),
        ("Korea", "it may be KOR or PRK", ""),
        ("Russsia", '"Russsia" is not a partner', "Russia"),
    ],
)
def test_a_name_that_is_not_known_is_refused(name, reason, remedy):
    with pytest.raises(Refused) as caught:
        parse_claim(f"{name} was Kazakhstan's largest trading partner in 2023")
    assert reason in caught.value.reason and remedy in caught.value.remedy


def test_a_case_of_a_name_never_means_another_partner():
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = {}
    for row in rows:
        display_name(row["code"])
        for case in ("genitive", "accusative"):
            listed = find(row[case])
            assert listed is None or listed.code == row["code"], row
            assert seen.setdefault(normalise(row[case]), row["code"]) == row["code"], row
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
