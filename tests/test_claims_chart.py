"""The specification curve shows every reading once, in order, with what it is of."""

from itertools import combinations

import pandas as pd
import pytest
from matplotlib.text import Text

from traderank import Claim, Refused, check_claim, load_trade, reading_chart
from traderank.charts.curve import FAILS, HOLDS

FINDING = "By turnover Russia was second"
TRADE = load_trade("KAZ", vintages="all").query("year >= 2020")
SECOND = Claim("KAZ", "RUS", 2023, rank=2, behind="CHN")


def draw(claim=SECOND, **options):
    return reading_chart(check_claim(claim, TRADE), **{"finding": FINDING} | options)


def colour_names(collection):
    return [tuple(round(part * 255) for part in colour[:3]) for colour in collection]


def rgb(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


@pytest.fixture(scope="module")
def chart():
    return draw()


def bars(chart):
    (ax,) = chart.figure.axes
    return [bar.get_height() for bar in ax.patches]


def words_of(chart):
    return [text.get_text() for text in chart.figure.findobj(Text) if text.get_text()]


def test_every_reading_is_a_bar_and_those_without_an_answer_have_none(chart):
    holds = chart.data["holds"]
    assert len(bars(chart)) == len(holds) == 12
    for height, answer in zip(bars(chart), holds, strict=True):
        expected = (False, False) if pd.isna(answer) else (bool(answer), not answer)
        assert (bool(height > 0), bool(height < 0)) == expected


def test_the_firmest_yes_stands_first_and_the_firmest_no_last_of_the_answers(chart):
    heights = [height for height in bars(chart) if height]
    assert heights == sorted(heights, reverse=True)
    assert chart.data["holds"].isna().tolist() == [False] * 9 + [True] * 3


def test_a_bar_is_as_long_as_the_error_that_would_change_the_answer(chart):
    errors = chart.data["error_to_flip"].dropna()
    scale = {abs(height) / error for height, error in zip(bars(chart), errors, strict=False)}
    assert max(scale) == pytest.approx(min(scale))


def test_a_full_dot_stands_for_each_choice_of_each_reading(chart):
    (ax,) = chart.figure.axes
    full = [dots for dots in ax.collections if dots.get_sizes()[0] > 20]
    columns = sorted(int(x) for dots in full for x, _ in dots.get_offsets())
    # Of two groups of choices, flows and blocs, each reading is in one row.
    assert columns == sorted([*range(12), *range(12)])
    colours = {colour for dots in full for colour in colour_names(dots.get_facecolors())}
    assert colours == {rgb(HOLDS), rgb(FAILS), (255, 255, 255)}


def test_editions_and_sources_are_choices_where_there_are_several():
    shown = words_of(draw(Claim("KAZ", "RUS", 2020, top=3)))
    assert {"edition of 2021-07-28", "edition of 2022-07-22", "UN Comtrade"} <= set(shown)
    assert not {"edition of 2024-07-25"} & set(words_of(draw()))


def test_the_reading_that_the_claim_names_is_shaded(chart):
    named = draw(Claim("KAZ", "RUS", 2023, rank=2, flow="turnover"))
    (ax,) = named.figure.axes
    (shade,) = [patch for patch in ax.patches if patch.get_width() == 1]
    column = round(shade.get_x() + 0.5)
    assert named.data[["flow", "blocs"]].values.tolist()[column] == ["turnover", ""]
    assert "Shaded" in " ".join(words_of(named)) and "Shaded" not in " ".join(words_of(chart))


def test_the_words_for_those_who_do_not_see_it_have_every_answer(chart):
    assert "Turnover, Every country apart: holds, rank 2, 5.3\u00a0%." in chart.alt
    assert "Turnover, EU: does not hold, rank 3, 5.3\u00a0%." in chart.alt
    assert chart.alt.count("no answer.") == 3 and f"Finding: {FINDING}." in chart.alt


def test_the_source_of_each_reading_is_named(chart):
    assert "Bureau of National Statistics of Kazakhstan" in chart.source
    shown = draw(Claim("KAZ", "RUS", 2021, rank=1)).source
    assert "UN Comtrade" in shown and "WITS (World Bank)" in shown


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("year", [2020, 2021, 2023])
def test_no_word_touches_another(language, year):
    figure = draw(Claim("KAZ", "RUS", year, top=2), language=language).figure
    figure.draw_without_rendering()
    shown = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    page = figure.bbox
    for (one, box), (other, another) in combinations(boxes, 2):
        assert not box.shrunk(0.98, 0.9).overlaps(another.shrunk(0.98, 0.9)), (one, other)
    assert all(box.x0 >= page.x0 and box.x1 <= page.x1 for _, box in boxes)


def test_a_sentence_is_quoted_in_the_words_in_which_it_was_said():
    shown = " ".join(words_of(draw(sentence="Россия вторая.", language="ru")))
    assert "«Россия вторая»" in shown


def test_a_chart_without_a_finding_is_refused():
    with pytest.raises(Refused, match="no finding"):
        draw(finding=" ")


def test_more_readings_than_can_be_told_apart_are_refused():
    ways = [["EU", "EAEU"], ["EU", "CHN_HKG_MAC"], ["EAEU", "CHN_HKG_MAC"], "EU", "EAEU"]
    ways += [["EU", "EAEU", "CHN_HKG_MAC"], "CHN_HKG_MAC"]
    verdict = check_claim(Claim("KAZ", "RUS", 2020, top=3), TRADE, blocs=ways)
    with pytest.raises(Refused, match="readings are too many"):
        reading_chart(verdict, finding=FINDING)
