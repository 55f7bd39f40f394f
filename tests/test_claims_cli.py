"""The command that puts a claim to the test: what it prints, and how it ends."""

import io
import json
import shlex

import pandas as pd
import pytest
from click.testing import CliRunner

from traderank.cli import main
from traderank.sources import data_folder

SECOND = "KAZ RUS --rank 2 --year 2023 --behind CHN"
SENTENCE = "Russia was Kazakhstan's second-largest trading partner in 2023, after China"


def run(words):
    return CliRunner().invoke(main, ["claim", *shlex.split(words)])


def readings(words):
    done = run(f"{words} --format json")
    assert done.exit_code in (0, 1), done.stderr
    return {
        (reading["flow"], *reading["blocs"]): reading
        for reading in json.loads(done.stdout)["readings"]
    }


# ── the news report ──────────────────────────────────────────────────────────────────────


def test_it_holds_by_turnover_among_countries_and_in_no_other_flow():
    found = readings(SECOND)
    turnover, exports, imports = (found[flow,] for flow in ("turnover", "export", "import"))
    assert (turnover["holds"], turnover["rank"], turnover["margin"]) == (True, 2, 3000939975.58)
    assert (exports["holds"], exports["rank"]) == (False, 3)
    assert (imports["holds"], imports["rank"], imports["margin"]) == (False, 1, 1457802619.18)
    assert (found["turnover", "EU"]["holds"], found["turnover", "EU"]["rank"]) == (False, 3)
    assert found["turnover", "EAEU"]["holds"] is None


@pytest.mark.parametrize("flow", ["turnover", "export", "import"])
def test_the_cells_of_each_reading_hold_its_value(flow):
    import openpyxl

    reading = readings(SECOND)[flow,]
    total = 0
    for cell in reading["cells"]:
        book = openpyxl.load_workbook(data_folder() / "raw" / "kaz" / cell["file"], read_only=True)
        total += book[cell["sheet"]][cell["cell"]].value
    # The office prints thousands.
    assert total * 1000 == pytest.approx(reading["value"], rel=1e-12)


def test_the_claim_in_one_sentence_is_the_claim_in_options():
    one, other = (run(f"{words} --format json") for words in (SECOND, shlex.quote(SENTENCE)))
    assert one.stdout == other.stdout and json.loads(one.stdout)["claim"]["sentence"] == SENTENCE
    russian = "В 2023 году Россия была вторым по величине торговым партнёром Казахстана после Китая"
    assert run(f"{shlex.quote(russian)} --format json").stdout == one.stdout


# ── exit statuses ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (SECOND, 1),
        (f"{SECOND} --flow turnover", 0),
        (f"{SECOND} --flow import", 1),
        (f"{SECOND} --flow turnover --bloc EU", 1),
        (f"{SECOND} --flow turnover --bloc CHN_HKG_MAC", 0),
        (f"{SECOND} --bloc EAEU", 1),
        ("KAZ RUS --top 3 --year 2023", 0),
        ("KAZ CHN --overtook RUS --since 2021 --year 2023 --flow turnover", 0),
        ("KAZ RUS --rank 1 --since 2018 --year 2025 --flow import", 0),
        ("KAZ CHN --rank 1 --first-since 2018 --year 2023 --flow turnover", 0),
        ("KAZ CHN --share 0.25 --year 2023 --flow import", 0),
        ("KAZ CHN --growth 0.39 --year 2023 --flow import", 1),
    ],
)
def test_the_exit_status_is_the_answer_to_what_is_named(words, status):
    done = run(words)
    assert done.exit_code == status, done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("KAZ RUS --rank 2", "no year is claimed"),
        ("KAZ RUS --year 2023", "nothing is claimed"),
        ("KAZ RUS --year 2017 --rank 2", "there is 2018, 2019"),
        ("KAZ XYZ --year 2023 --rank 2", "no reading ranks a partner 'XYZ'"),
        ("KAZ WLD --year 2023 --rank 2", "no reading ranks a partner 'WLD'"),
        ("XYZ RUS --year 2023 --rank 2", "no reporter 'XYZ' is shipped"),
        ("KAZ RUS --year 2023 --rank 0", "is not a rank"),
        ("KAZ RUS --year 2023 --rank 999", "place 999 is claimed among"),
        ("KAZ RUS --year 2023 --rank 2 --bloc NATO", '"NATO" is not a bloc we know'),
        ("KAZ RUS --year 2023 --rank 2 --as-of 2023-12-31", "the year 2023 is not in the table"),
        ("UZB RUS --year 2022 --rank 1 --flow turnover", "no turnover of 2022"),
        ("'Russia is great'", "not a claim of a form that can be read"),
        ("'Atlantis was the EU largest trading partner in 2023'", "not a claim of a form"),
        (f"{shlex.quote(SENTENCE)} --flow export", "--flow is too much"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(words, said):
    done = run(words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


# ── forms ────────────────────────────────────────────────────────────────────────────────


def test_a_table_shows_every_reading_with_its_cells_and_its_source():
    shown = run(SECOND).stdout
    assert shown.startswith(f"{SENTENCE}.\n") and shown.count("2024-07-25") == 13
    assert "Of 12 readings it holds in 2 and does not in 7; 3 have no answer." in shown
    assert "No answer (3): RUS is itself counted in EAEU." in shown
    assert "Turnover is exports FOB plus imports CIF" in shown and "proved (kaz-2023" in shown


def test_csv_has_a_row_for_each_reading_and_says_why_there_is_no_answer():
    done = run(f"{SECOND} --format csv")
    table = pd.read_csv(io.StringIO(done.stdout))
    assert len(table) == 12 and set(table["why"].dropna()) == {"RUS is itself counted in EAEU"}
    assert table["cells"][0] == "2023.xlsx 2023!D12 + 2023.xlsx 2023!F12"
    assert "It does not hold in all of its readings." in done.stderr


def test_other_sources_are_asked_unless_the_day_is_given():
    words = "KAZ RUS --rank 1 --year 2021"
    sources = {reading["source"] for reading in readings(f"{words} --as-of 2022-12-31").values()}
    assert sources == {"kaz-2021"}
    shown = run(words).stdout
    assert "comtrade" in shown and "wits-kazakhstan" in shown


def test_each_edition_that_was_known_on_a_day_is_a_reading():
    early, late = (
        run(f"KAZ RUS --rank 1 --year 2020 --as-of {day} --format json").stdout
        for day in ("2021-12-31", "2022-12-31")
    )
    dates = [{r["vintage"] for r in json.loads(text)["readings"]} for text in (early, late)]
    assert dates == [{"2021-07-28"}, {"2021-07-28", "2022-07-22"}]
