"""A notebook is one finding: short, executed, and with an assert under every number it quotes."""

import ast
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
BOOKS = {path.stem[:2]: nbformat.read(path, as_version=4) for path in FOLDER.glob("*.ipynb")}
NUMBERS = sorted(BOOKS)

# What reshapes a table is the library's work; what asks for the day is nobody's.
SURGERY = {"apply", "assign", "groupby", "join", "melt", "merge", "pivot", "pivot_table", "stack"}
SURGERY |= {"reset_index", "set_index", "transform", "unstack"}
CLOCKS = {"today", "now", "datetime", "time"}

YEAR = r"20[12]\d\b"
NUMBER = rf"(?<![\w.])(?!{YEAR})\d[\d,]*(?:\.\d+)?"
COUNTED = "three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|twice|double"
ORDERED = (
    "first|second|third|fourth|fifth|ahead|behind|more|less|fewer|faster|slower|farthest|narrowest"
    "|(?:great|larg|small|long|short|high|low|few)(?:er|est)|most|least|level|passed|rose|fell|grew"
    "|grow|shrank|shrink|lost|gained|kept|never|always|still|throughout|every year|any year"
    "|in every|in both"
)
CLAIM = re.compile(rf"{NUMBER}|\b(?:{COUNTED}|{ORDERED})\b", re.IGNORECASE)


def each(test):
    return pytest.mark.parametrize("number", NUMBERS)(test)


def cells(number, kind):
    return [cell for cell in BOOKS[number].cells if cell.cell_type == kind]


def prose(number):
    return [cell.source for cell in cells(number, "markdown")]


def is_guard(cell):
    return cell.cell_type == "code" and "assert " in cell.source


def nodes(number, *, of_guards):
    for cell in cells(number, "code"):
        if is_guard(cell) == of_guards:
            yield from ast.walk(ast.parse(cell.source))


# ── shape ────────────────────────────────────────────────────────────────────────────────


def test_the_notebooks_are_numbered_without_a_gap():
    assert len(BOOKS) >= 4 and [int(number) for number in NUMBERS] == [*range(1, len(BOOKS) + 1)]


@each
def test_a_notebook_is_short(number):
    lines = [len(re.findall(r"^.*\S", cell.source, re.M)) for cell in cells(number, "code")]
    assert len(BOOKS[number].cells) <= 25 and sum(lines) <= 60 and max(lines) <= 8


@each
def test_code_defines_nothing_and_asks_neither_the_disk_nor_the_clock(number):
    for node in (*nodes(number, of_guards=False), *nodes(number, of_guards=True)):
        assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
        name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", None)))
        assert name not in CLOCKS, name
        # The one file that a notebook writes is a copy in a temporary folder.
        if isinstance(node, ast.Constant) and node.value != "/changed.xlsx":
            assert not re.search(r"[/\\]|\.(?:csv|xlsx?|toml)$", str(node.value)), node.value


@each
def test_code_that_shows_something_leaves_reshaping_to_the_library(number):
    used = {getattr(node, "attr", None) for node in nodes(number, of_guards=False)}
    assert used & SURGERY == set()


@each
def test_a_notebook_follows_the_pattern(number):
    question, load, look, meaning, *_ = BOOKS[number].cells
    title, *_ = lines = question.source.splitlines()
    assert title.startswith("# ") and title.endswith("?")
    assert any(re.match(r"\*\*.+[.]\*\*", line) for line in lines), "the answer, in bold"
    assert re.search(r"dollars|euros|countries|Shares are of", question.source), "the unit"
    assert re.search(r"\bfinal\b.*\d+ \w+ 20\d\d", question.source, re.S), "the vintage"
    assert "from traderank import" in load.source and look.outputs
    assert "**What to see.**" in meaning.source and "**What not to conclude.**" in meaning.source


@each
def test_turnover_is_explained_where_it_is_used(number):
    if any(getattr(node, "id", None) == "add_turnover" for node in nodes(number, of_guards=False)):
        assert re.search(r"exports \(FOB\).* imports \(CIF\)", prose(number)[0], re.S)


@each
def test_the_parts_stand_in_order_and_end_with_three_questions(number):
    heads = re.findall(r"^## (A second look|Numbers quoted|Limits|Your turn)", _whole(number), re.M)
    assert heads == ["A second look", "Numbers quoted", "Limits", "Your turn"]
    kinds = [cell.cell_type for cell in BOOKS[number].cells]
    guards = [place for place, cell in enumerate(BOOKS[number].cells) if is_guard(cell)]
    assert kinds[guards[0] - 1] == "markdown" and guards == [*range(guards[0], guards[-1] + 1)]
    assert kinds[guards[-1] + 1 :] == ["markdown"] * 2
    assert [at for at, *_ in changes(number)] == [1, 2, 3]


def _whole(number):
    return "\n".join(prose(number))


# ── outputs ──────────────────────────────────────────────────────────────────────────────


@each
def test_a_notebook_is_committed_executed_in_order_and_without_a_fault(number):
    found = cells(number, "code")
    assert [cell.execution_count for cell in found] == [*range(1, len(found) + 1)]
    outputs = [output for cell in found for output in cell.outputs]
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []


@each
def test_every_chart_has_words_for_those_who_cannot_see_it(number):
    charts = [
        output
        for cell in cells(number, "code")
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    alts = [output.metadata.get("image/png", {}).get("alt", "") for output in charts]
    assert alts and all("Finding: " in alt for alt in alts)


# ── every number, and every claim of order, under an assert ──────────────────────────────


def guards(number):
    """Each assert: its condition, and the words that it guards (several with a bar between)."""
    for node in nodes(number, of_guards=True):
        if isinstance(node, ast.Assert):
            yield node.test, node.msg.value.split(" | ")


def plain(text):
    return " ".join(re.sub(r"\*+", "", text).split())


def said(number):
    """List what a notebook says: its paragraphs, and the titles and notes of what it shows."""
    *texts, _ = prose(number)
    blocks = [block for text in texts for block in re.split(r"\n\s*\n|\n(?=- )", text)]
    # A heading asks, and a quotation is another's.
    told = [plain(block) for block in blocks if not block.startswith((">", "#"))]
    for node in nodes(number, of_guards=False):
        if isinstance(node, ast.keyword) and node.arg in ("finding", "title", "note"):
            told.append(plain(node.value.value))
    return told


def claims(text):
    """Find what a text claims: numbers and words of order, but in code, addresses, questions."""
    silent = r"`[^`]*`|\]\([^)]*\)|[^.:!?]*\?"
    text = re.sub(silent, lambda found: " " * len(found[0]), text)
    return [(found.start(), found.end(), found[0]) for found in CLAIM.finditer(text)]


@each
def test_every_number_and_every_claim_of_order_is_quoted_by_an_assert(number):
    quotes = [plain(quote) for _, found in guards(number) for quote in found]
    loose = []
    for text in said(number):
        spans = [found.span() for quote in quotes for found in re.finditer(re.escape(quote), text)]
        loose += [
            f"{word!r} in {text[max(0, start - 40) : end + 40]!r}"
            for start, end, word in claims(text)
            if not any(low <= start and end <= high for low, high in spans)
        ]
    assert not loose, "\n".join(loose)


@each
def test_every_assert_quotes_the_text_word_for_word(number):
    told = said(number)
    quotes = [plain(quote) for _, found in guards(number) for quote in found]
    assert [quote for quote in quotes if not any(quote in text for text in told)] == []


@each
def test_every_number_that_an_assert_quotes_is_the_one_that_it_checks(number):
    for condition, quotes in guards(number):
        held = {
            float(digits.replace(",", ""))
            for node in ast.walk(condition)
            if isinstance(node, ast.Constant)
            for digits in re.findall(r"\d+(?:\.\d+)?", str(node.value))
        }
        for digits in (found for quote in quotes for found in re.findall(NUMBER, quote)):
            assert float(digits.replace(",", "")) in held, (digits, ast.unparse(condition))


def test_a_claim_is_known_by_its_number_or_its_word_of_order():
    text = "In 2023 China, first, had 21.5 % (F76); `top=3`. Was it second? It grew, as 2,133 say."
    assert [word for *_, word in claims(text)] == ["first", "21.5", "grew", "2,133"]


# ── your turn ────────────────────────────────────────────────────────────────────────────

# What comes to light when the argument is changed, and was not to be seen before.
ANSWERS = {
    ("01", 1): "A56: Соединенное Королевство",
    ("01", 2): "off in the last digit",
    ("01", 3): "Netherlands",
    ("02", 1): "Netherlands 4",
    ("02", 2): "23.6 % (2025)",
    ("02", 3): "Netherlands",
    ("03", 1): "Italy 19.7 %",
    ("03", 2): "Italy +5.1",
    ("03", 3): "2025 7.9 9.2 5.1",
    ("04", 1): "2021 2025",
    ("04", 2): "Exports 4 no",
    ("04", 3): "2018 2020-08-13 3 2 2",
    ("05", 1): "2018–2023",
    ("05", 2): "Uzbekistan: rank",
    ("05", 3): "Uzbekistan 2016 1 China",
    ("06", 1): "Imports, Every country apart, edition of 2026-07-27: does not hold, rank 1, 1.5 %",
    ("06", 2): "Turnover, EAEU, edition of 2022-07-22: does not hold, rank 2",
    ("06", 3): "EAEU 1 EAEU 2.75",
    ("07", 1): "2023 15.39 24.70 1.61 9.31 −2.47 11.78",
    ("07", 2): "Exports 3 3 1 1 2 2",
    ("07", 3): "2025 15.20 18.89 1.24 3.69 0.91 2.78",
    ("08", 1): "Russia 8.22",
    ("08", 2): "Kazakhstan 1.7, Uzbekistan 0.5",
    ("08", 3): "Kazakhstan 0.1, Kyrgyzstan 0.002",
    ("09", 1): "Russia, WITS: 4.3 (1995)",
    ("09", 2): "1995 0.32 3.5 % 4.26 47.2 %",
    ("09", 3): "2012 7.50 16.8 % 17.11 38.4 %",
    ("10", 1): "2022 Uzbekistan 1 2",
    ("10", 2): "Mongolia 2 1",
    ("10", 3): "2019 1 1.2 % 62 73.8 % 21 25.0 %",
}


def changes(number):
    """List the exercises: their number, what is to be changed, and into what."""
    pattern = r"^(\d)\. .*[Cc]hange `([^`]+)` to `([^`]+)`"
    return [(int(at), old, new) for at, old, new in re.findall(pattern, prose(number)[-1], re.M)]


def outputs(sources):
    """Run code as a notebook does; give what each cell shows, as text."""
    names = {"__name__": "__main__"}
    for source in sources:
        body, value = ast.parse(source).body, None
        last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
        with redirect_stdout(io.StringIO()) as printed:
            exec(compile(ast.Module(body, []), "cell", "exec"), names)
            if last:
                value = eval(compile(last, "cell", "eval"), names)
        yield printed.getvalue() + (getattr(value, "alt", None) or repr(value)) * (
            value is not None
        )


def committed(cell):
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain") for output in cell.outputs
    )


@pytest.fixture
def pandas_options():
    with pd.option_context("display.float_format", None):
        yield


@pytest.mark.parametrize(("number", "at"), [(n, at) for n in NUMBERS for at in (1, 2, 3)])
@pytest.mark.usefixtures("pandas_options")
def test_changing_one_argument_answers_the_question(number, at):
    _, old, new = changes(number)[at - 1]
    code = [cell for cell in cells(number, "code") if not is_guard(cell)]
    place = next(i for i, cell in enumerate(code) if old in cell.source)
    # What is changed shows itself there, or in the cell after it.
    shown = next(place + i for i, cell in enumerate(code[place : place + 2]) if cell.outputs)
    sources = [cell.source for cell in code[: shown + 1]]
    sources[place] = sources[place].replace(old, new)
    *_, seen = outputs(sources)
    assert plain(ANSWERS[number, at]) in plain(seen)
    assert plain(ANSWERS[number, at]) not in plain(committed(code[shown]))


@each
@pytest.mark.usefixtures("pandas_options")
def test_the_committed_outputs_are_those_of_a_fresh_run(number):
    code = [cell for cell in cells(number, "code") if not is_guard(cell)]
    fresh = outputs([cell.source for cell in code])
    assert [text.split() for text in fresh] == [committed(cell).split() for cell in code]
