"""The page «Read your own workbook» shows what the reader does, and nothing else."""

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

from readings import (  # noqa: E402 - the folder is found above
    REFUSALS,
    ROLES,
    SAMPLES,
    make_readings,
    picture,
    refusal,
    roles,
)

PAGE = (DOCS / "read-your-own.md").read_text("utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.title)
def test_every_value_that_is_read_is_shown_as_one(sample):
    reading = sample.read()
    shown = {cell for cell, role in roles(sample).items() if role == "value"}
    assert set(reading.table["cell"]) == shown
    assert reading.proof.word in picture(sample)


def test_the_samples_show_each_role_and_end_in_more_than_one_word():
    drawn = "".join(map(picture, SAMPLES))
    for role in ROLES:
        assert f'class="{role}"' in drawn
    assert {sample.read().proof.word for sample in SAMPLES} == {"proved", "unproved"}


@pytest.mark.parametrize("sample", REFUSALS, ids=lambda sample: sample.title)
def test_every_refusal_that_is_shown_is_one_and_has_a_remedy(sample):
    refused = refusal(sample)
    assert refused.remedy
    assert refused.reason in make_readings()["read-refusals.md"]


def test_a_sample_that_is_read_is_no_refusal():
    with pytest.raises(AssertionError, match="is read"):
        refusal(SAMPLES[0])


def test_the_page_includes_what_is_made_and_names_every_option():
    from traderank.cli.workbooks import clean

    assert set(re.findall(r"{include} ([\w.-]+)", PAGE)) == set(make_readings())
    options = {option for parameter in clean.params for option in parameter.opts}
    for option in options - {"-o", "--output", "files"}:
        assert f"`{option}" in PAGE, option


def test_the_limits_that_the_page_on_refusals_tells_are_those_of_the_code():
    from traderank.reading import limits

    text = (DOCS / "refusals.md").read_text("utf-8")
    for name in ("BYTES", "TEXT", "CELLS", "SHEETS", "TEXTS", "LETTERS", "CELL", "PARTS"):
        assert f"{getattr(limits, name):,}" in text, name
    assert f"{limits.ELEMENTS:,}" in text
