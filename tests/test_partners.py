"""The allow-list of printed names, cross-checked; how names match; how they are shown."""

import csv
import gettext
import subprocess
import sys
from pathlib import Path

import countrynames
import pycountry
import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from traderank import partners
from traderank.partners import Partner, display_name, find, nearest, normalise, read_extra
from traderank.table import KINDS, Refused

ROOT = Path(__file__).parents[1]
KAZ = ROOT / "../shared/data/kaz"
needs_originals = pytest.mark.skipif(
    not KAZ.exists(), reason="the offices' own files are not in ../shared/data"
)


def shipped(name):
    with (ROOT / "src/traderank" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LISTED = shipped("partners.csv")
CODES = {row["code"]: row for row in shipped("display_names.csv")}
COUNTRY = {row["name"]: row["code"] for row in LISTED if row["kind"] == "country"}
NOT_COUNTRY = [row["name"] for row in LISTED if row["kind"] != "country"]

# --- The list itself ------------------------------------------------------------------


def test_list_is_sorted_and_has_one_row_for_each_name():
    assert sorted(LISTED, key=lambda row: (row["code"], row["name"])) == LISTED
    assert len({normalise(row["name"]) for row in LISTED}) == len(LISTED)


def test_listed_kind_is_the_kind_of_the_code():
    assert {row["name"]: row["kind"] for row in LISTED} == {
        row["name"]: CODES[row["code"]]["kind"] for row in LISTED
    }


def test_country_codes_are_the_current_iso_codes_kosovo_and_a_few_withdrawn_ones():
    current = {country.alpha_3 for country in pycountry.countries}
    withdrawn = {country.alpha_3 for country in pycountry.historic_countries}
    ours = {code for code, row in CODES.items() if row["kind"] == "country"}
    assert current <= ours
    assert ours - current - withdrawn == {"XKX"}
    assert set(COUNTRY.values()) <= current


def test_territory_behind_each_country_is_the_one_of_cldr_and_iso():
    aliases = get_global("territory_aliases")
    for country in pycountry.countries:
        territory = CODES[country.alpha_3]["cldr"]
        assert [territory] == [country.alpha_2] == aliases[country.alpha_3]


@needs_originals
def test_every_label_of_the_original_workbooks_is_listed():
    import python_calamine

    labels = set()
    for path in KAZ.glob("originals/*.xls"):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            if "20" in name:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                labels.update(row[0] for row in rows[5:])
    assert len(labels) > 250
    assert {label for label in labels if find(label) is None} == set()


@needs_originals
def test_codes_agree_with_those_of_the_2024_and_2025_figures():
    with (KAZ / "kz_bns_2024_2025.csv").open(encoding="utf-8-sig", newline="") as file:
        theirs = {row["name_ru"]: Partner(row["iso3"], "country") for row in csv.DictReader(file)}
    assert len(theirs) > 200
    assert {name: find(name) for name in theirs} == theirs


# --- Two independent witnesses --------------------------------------------------------
# countrynames maps Russian names by a list of aliases of its own; pycountry carries the
# Russian translation of ISO 3166-1 by Debian's iso-codes. (country_converter knows no
# Russian name at all.) What they say otherwise than we do, and why we do not follow:

UNKNOWN_TO_COUNTRYNAMES = {
    "the office adds whose territory it is": [
        "Ангилья (Брит.)",
        "Виргинские Острова (Брит.)",
        "Виргинские Острова (США)",
        "Виргинские Острова, США",
        "Гибралтар (Брит.)",
        "Гуам (США)",
        "Каймановы Острова (Брит.)",
        "Острова Кука (Н.Зел.)",
        "Тайвань (Китай)",
    ],
    "the office adds a second name, which repeats or explains the first": [
        "Ирак, Республика Ирак",
        "Кокосовые (Килинг) Острова",
        "Фолклендские Острова (Мальвинские)",
        "Черногория (Монтенегро)",
    ],
    "the office puts the official title behind the name, or before it": [
        "Ватикан, Государство-Город",
        "Корея, Народно-Демократическая Республика",
        "Микронезия, Федеративные Штаты",
        "Палестина, Государство",
        "Республика Латвия",
        "Самоа, Независимое Государство",
        "Танзания, Объединенная Республика",
    ],
    "the office abbreviates or misspells": [
        "Малые Тихоокеан. Отдаленные остроа США",
        "Малые Тихоокеан. отдален. острова США",
        "Малые Тихоокеан.отдален.ост-ва С.Ш.",
        "Французкие южные территории",
        "Южн.Джорджия И Южн.Сандвич.Острова",
    ],
    "a usual name that countrynames does not have": [
        "Аландские Острова",
        "Демократическая Республика Конго",
        "Коморские Острова",
        "Лаосская Народно-Демократическая Республика",
        "Объединенные Арабские Эмираты",
        "Остров Рождества",
        "Остров Святой Елены",
        "Северные Марианские Острова",
        "Сейшелы",
        "Сирийская Арабская Республика",
        "Соединенные Штаты Америки",
        "Соломоновы Острова",
        "Фарерские Острова",
        "Центрально-Африканская Республика",
        "Южная Африка",
    ],
}

UNKNOWN_TO_ISO_CODES = {
    "the office adds whose territory it is": [
        "Ангилья (Брит.)",
        "Виргинские Острова (Брит.)",
        "Виргинские Острова, США",
        "Гибралтар (Брит.)",
        "Гуам (США)",
        "Каймановы Острова (Брит.)",
        "Острова Кука (Н.Зел.)",
        "Тайвань (Китай)",
    ],
    "the office adds a second name, which repeats or explains the first": [
        "Ирак, Республика Ирак",
        "Кокосовые (Килинг) Острова",
        "Фолклендские Острова (Мальвинские)",
        "Черногория (Монтенегро)",
    ],
    "the office puts the official title behind the name, or before it": [
        "Ватикан, Государство-Город",
        "Иран, Исламская Республика",
        "Корея, Народно-Демократическая Республика",
        "Микронезия, Федеративные Штаты",
        "Молдова, Республика",
        "Палестина, Государство",
        "Республика Латвия",
        "Самоа, Независимое Государство",
        "Танзания, Объединенная Республика",
    ],
    "the office abbreviates or misspells": [
        "Малые Тихоокеан. Отдаленные остроа США",
        "Малые Тихоокеан. отдален. острова США",
        "Малые Тихоокеан.отдален.ост-ва С.Ш.",
        "Французкие южные территории",
        "Южн.Джорджия И Южн.Сандвич.Острова",
    ],
    "the country's former name": ["Македония", "Свазиленд"],
    "iso-codes spells, translates or abbreviates otherwise": [
        "Американское Самоа",
        "Британская Территория В Индийском Океане",
        "Бруней-Даруссалам",
        "Коморские Острова",
        "Кыргызстан",
        "Майотта",
        "Остров Святой Елены",
        "Острова Теркс и Кайкос",
        "Питкерн",
        "Россия",
        "Северные Марианские Острова",
        "Сен-Бартелеми",
        "Тимор-Лесте",
        "Уоллис И Футуна",
    ],
}


def iso_codes():
    russian = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["ru"])
    return {
        normalise(russian.gettext(getattr(country, form))): country.alpha_3
        for country in pycountry.countries
        for form in ("name", "official_name", "common_name")
        if hasattr(country, form)
    }


def disagreements(say):
    """Sort what a witness says of the listed names: what it does not know, what it denies."""
    expected = COUNTRY | dict.fromkeys(NOT_COUNTRY)
    said = {name: say(name) for name in expected}
    unknown = {name for name in COUNTRY if said[name] is None}
    denied = {
        name: code for name, code in said.items() if code is not None and code != expected[name]
    }
    return unknown, denied


def test_countrynames_agrees_but_for_the_explained_names():
    unknown, denied = disagreements(countrynames.to_code_3)
    assert unknown == {name for names in UNKNOWN_TO_COUNTRYNAMES.values() for name in names}
    # The continent is taken for the United States: the reason why nothing is guessed here.
    assert denied == {"Америка": "USA"}


def test_iso_codes_agree_but_for_the_explained_names():
    names = iso_codes()
    unknown, denied = disagreements(lambda name: names.get(normalise(name)))
    assert unknown == {name for names in UNKNOWN_TO_ISO_CODES.values() for name in names}
    assert denied == {}


# --- How names match ------------------------------------------------------------------


@pytest.mark.parametrize(
    "decorate",
    [
        str.upper,
        str.lower,
        str.title,
        lambda name: f"  {name}\n",
        lambda name: name.replace(" ", "\u00a0\u00a0"),
        lambda name: name.replace(" ", "\n"),
        lambda name: name.replace("-", " \u2013 "),
        lambda name: name.replace("-", "\u2011"),
        lambda name: name.replace("'", "\u2019"),
        lambda name: name.replace("'", "`"),
        lambda name: f"\u00ab{name}\u00bb",
        lambda name: f'"{name}"',
        lambda name: name.replace("и", "и\u00ad"),
        lambda name: name.replace("й", "и\u0306"),
        lambda name: f"{name}*",
        lambda name: f"{name} **",
        lambda name: f"{name}\u00b2",
        lambda name: f"{name} 1)",
        lambda name: f"{name}1)",
        lambda name: f"{name}:",
        lambda name: f"{name}.",
        lambda name: f"{name},",
    ],
)
def test_spelling_of_a_cell_does_not_hide_a_listed_name(decorate):
    expected = {row["name"]: (row["code"], row["kind"]) for row in LISTED}
    assert {name: find(decorate(name)) for name in expected} == expected


def test_letter_yo_is_the_letter_ye():
    assert normalise("Объединённые Арабские Эмираты") == normalise("Объединенные Арабские Эмираты")
    assert find("Соединённое Королевство") == ("GBR", "country")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Австралия", "Австралия и Океания"),
        ("Конго", "Демократическая Республика Конго"),
        ("Гвинея", "Папуа-Новая Гвинея"),
        ("Гвинея", "Экваториальная Гвинея"),
        ("Нигер", "Нигерия"),
        ("Доминика", "Доминиканская Республика"),
        ("Республика Корея", "Корея, Народно-Демократическая Республика"),
        ("Судан", "Южный Судан"),
        ("Самоа, Независимое Государство", "Американское Самоа"),
        ("Виргинские Острова (Брит.)", "Виргинские Острова (США)"),
        ("Страны ЕС", "Страны вне ЕС"),
        ("Африка", "Южная Африка"),
    ],
)
def test_names_that_resemble_each_other_stay_apart(one, other):
    assert find(one) is not None
    assert find(other) is not None
    assert find(one) != find(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Страны ЕС 27", "Страны ЕС 28"), ("Страны ЕС (27)", "Страны ЕС (28)"), ("Всего 2", "Всего")],
)
def test_digits_that_are_part_of_a_name_are_kept(one, other):
    assert normalise(one) != normalise(other)


@given(st.text(alphabet="аеё\u0308 йи\u0306Я-–*².:)(1'« \u00a0\n", max_size=20))
def test_matching_form_of_a_matching_form_is_itself(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "printed", ["", "   ", "Атлантида", "Россия и Китай", "Kитай", "Росия", "США", None, 643, 1.5]
)
def test_name_that_is_not_listed_is_no_partner(printed):
    assert find(printed) is None


def test_america_is_a_continent_and_south_africa_a_country():
    assert find("Америка") == Partner("AMERICA", "aggregate")
    assert find("Южная Африка") == Partner("ZAF", "country")
    assert find("Всего\nв том числе") == find("Всего") == Partner("WLD", "aggregate")


def test_nearest_names_are_offered_as_printed():
    assert nearest("Росия")[0] == "Россия"
    assert nearest("1234567") == []


# --- A user's own names ---------------------------------------------------------------


def extra_file(tmp_path, text):
    path = tmp_path / "extra.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_users_names_are_found_beside_the_listed_ones(tmp_path):
    path = extra_file(
        tmp_path,
        "\ufeffname,code,kind,note\nСоединённые Штаты,USA,country,\n\nБРИКС,BRICS,aggregate,x\n",
    )
    extra = read_extra(path)
    assert find(" соединенные штаты*", extra) == Partner("USA", "country")
    assert find("БРИКС", extra) == Partner("BRICS", "aggregate")
    assert find("Россия", extra) == Partner("RUS", "country")
    assert find("Атлантида", extra) is None
    assert find(643, extra) is None
    assert find("БРИКС") is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Атлантида,ATL,country", '"ATL" is not a code'),
        ("Атлантида,at-l,aggregate", '"at-l" is not a code'),
        ("Атлантида,ATL,continent", '"continent" is not a kind'),
        ("Атлантида,ATL,bloc", '"bloc" is not a kind'),
        ("Штаты,USA,aggregate", "USA is of kind country"),
        ("Океан,XXX,country", "XXX is of kind residual"),
        ("Китай,TWN,country", "is CHN in the shipped list, not TWN"),
        (" китай*,HKG,country", "is CHN in the shipped list, not HKG"),
        ("*,CHN,country", "no name"),
        ("Атлантида", '"" is not a kind'),
        ("Острова,COK,country\nострова,FRO,country", "listed twice"),
    ],
)
def test_users_row_that_cannot_be_right_is_refused_by_file_and_line(tmp_path, row, says):
    path = extra_file(tmp_path, f"name,code,kind\n{row}\n")
    with pytest.raises(Refused) as refusal:
        read_extra(path)
    assert says in str(refusal.value)
    assert refusal.value.file == "extra.csv"
    assert refusal.value.cell == f"line {2 + row.count(chr(10))}"
    assert refusal.value.remedy


@pytest.mark.parametrize("text", ["", "name;code;kind\n", "name,code\nКитай,CHN\n"])
def test_users_list_without_the_columns_is_refused(tmp_path, text):
    with pytest.raises(Refused, match="no column"):
        read_extra(extra_file(tmp_path, text))


def test_users_list_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        read_extra(tmp_path / "missing.csv")
    (tmp_path / "old.csv").write_bytes("name,code,kind\nКитай,CHN,country\n".encode("cp1251"))
    with pytest.raises(Refused, match="cannot be read"):
        read_extra(tmp_path / "old.csv")


# --- How partners are shown -----------------------------------------------------------


@pytest.mark.parametrize("language", partners.LANGUAGES)
@pytest.mark.parametrize("short", [False, True])
def test_every_code_has_a_name_of_its_own(language, short):
    names = [display_name(code, language=language, short=short) for code in CODES]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", partners.LANGUAGES)
def test_short_form_is_never_longer_than_the_name_and_fits_a_chart(language):
    for code in CODES:
        short = display_name(code, language=language, short=True)
        assert len(short) <= min(25, len(display_name(code, language=language)))


@pytest.mark.parametrize(
    ("code", "english", "russian", "kazakh"),
    [
        ("USA", "USA", "США", "АҚШ"),
        ("GBR", "UK", "Великобритания", "Ұлыбритания"),
        ("ARE", "UAE", "ОАЭ", "БАӘ"),
        ("KOR", "South Korea", "Южная Корея", "Оңтүстік Корея"),
        ("CZE", "Czechia", "Чехия", "Чехия"),
        ("KGZ", "Kyrgyzstan", "Кыргызстан", "Қырғызстан"),
        ("HKG", "Hong Kong", "Гонконг", "Гонконг"),
        ("EAEU", "EAEU", "ЕАЭС", "ЕАЭО"),
        ("WLD", "World", "Весь мир", "Әлем"),
        ("XKX", "Kosovo", "Косово", "Косово"),
    ],
)
def test_charts_get_the_forms_in_use(code, english, russian, kazakh):
    shown = [display_name(code, language=each, short=True) for each in partners.LANGUAGES]
    assert shown == [english, russian, kazakh]


def test_kazakh_names_are_written_in_kazakh_letters():
    letters = set("".join(display_name(code, language="kk") for code in CODES).casefold())
    assert set("әғқңөұүһі") - letters == {"һ"}, "no partner's name has һ"
    assert display_name("KAZ", language="kk") == "Қазақстан"


def test_every_kind_of_code_is_a_kind_of_the_table():
    assert {row["kind"] for row in CODES.values()} == set(KINDS)


@pytest.mark.parametrize("code", ["XYZ", "usa", "US", "", None])
def test_unknown_code_has_no_name(code):
    with pytest.raises(Refused, match=r"not a partner code we know.*Remedy: .*EAEU"):
        display_name(code)


def test_language_we_do_not_keep_is_refused():
    with pytest.raises(Refused, match="one of en, ru, kk"):
        display_name("CHN", language="de")


def test_looking_up_names_does_not_import_babel():
    code = (
        "import sys; from traderank.partners import find, nearest; find('Россия'); "
        "nearest('Росия'); sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
