"""A cell is read in the number format of its column, and in another form only where that is unmistakable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.ml.cells.number_format import NumberFormat, Reading

PLAIN = NumberFormat()
COMMA = NumberFormat(decimal=",")
ENGLISH = NumberFormat(decimal=".", grouping=",")
BRAZILIAN = NumberFormat(decimal=",", grouping=".")
FRENCH = NumberFormat(decimal=",", grouping=" ")
SWISS = NumberFormat(decimal=".", grouping="'")


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7.0), ("-7.50", -7.5), ("+1.", 1.0), (".5", 0.5), ("1e-3", 0.001), ("007", 7.0), ("1e30", 1e30)],
)
def test_a_plain_number_may_have_a_sign_a_point_and_an_exponent(text: str, value: float) -> None:
    assert PLAIN.read(text) == Reading(value, "usual")


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "-",
        "1e",
        "1_000",
        "inf",
        "nan",
        "0x1F",
        "1e999",
        "-2e30",
        "٣",
        "1.5kg",
        "1.2.3",
        "5 6",
        "12a",
        "1,234",
        "1 ½",
        "½",
    ],
)
def test_other_texts_are_not_numbers(text: str) -> None:
    assert PLAIN.read(text) is None


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (COMMA, "1,5", 1.5),
        (COMMA, ",5", 0.5),
        (ENGLISH, "1,234.56", 1234.56),
        (ENGLISH, "1,234,567", 1_234_567.0),
        (ENGLISH, "1234.56", 1234.56),
        (ENGLISH, "12,34,567.8", 1_234_567.8),
        (BRAZILIAN, "1.234,56", 1234.56),
        (BRAZILIAN, "1.234", 1234.0),
        (FRENCH, "1 234,56", 1234.56),
        (FRENCH, "1\u00a0234,56", 1234.56),
        (FRENCH, "1\u202f234\u202f567", 1_234_567.0),
        (SWISS, "1'234.56", 1234.56),
        (SWISS, "1’234’567", 1_234_567.0),
    ],
)
def test_marks_mean_what_they_mean_in_the_column(form: NumberFormat, text: str, value: float) -> None:
    assert form.read(text) == Reading(value, "usual")


@pytest.mark.parametrize("text", ["1,23", "12,3456", "0,123", "1,,234", ",123", "1234,567"])
def test_digits_that_are_not_in_threes_are_no_groups(text: str) -> None:
    reading = ENGLISH.read(text)

    assert reading is None or reading.form == "other"


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (NumberFormat(currency="$"), "$5.50", 5.5),
        (NumberFormat(currency="$"), "$ 5.50", 5.5),
        (NumberFormat(currency="$"), "-$5.50", -5.5),
        (NumberFormat(currency="$"), "$-5.50", -5.5),
        (NumberFormat(currency="$"), "5.50", 5.5),
        (NumberFormat(currency="$", grouping=",", accounting=True), "$(1,234.50)", -1234.5),
        (NumberFormat(currency="$", grouping=",", accounting=True), "($1,234.50)", -1234.5),
        (NumberFormat(currency="R$", decimal=",", accounting=True), "R$ (5,00)", -5.0),
        (NumberFormat(decimal=",", currency="€"), "5,50 €", 5.5),
        (NumberFormat(decimal=",", grouping=".", currency="R$"), "R$ 1.234,56", 1234.56),
        (NumberFormat(decimal=",", grouping=".", currency="R$"), "R$\u00a01.234,56", 1234.56),
        (NumberFormat(currency="USD"), "USD 12", 12.0),
        (NumberFormat(currency="R$"), "BRL 12", 12.0),
        (NumberFormat(currency="EUR"), "12 €", 12.0),
        (NumberFormat(currency="EUR"), "12 EUR", 12.0),
        (NumberFormat(currency="EUR"), "EUR12.50", 12.5),
        (NumberFormat(currency="kr", decimal=","), "12,50 kr.", 12.5),
        (NumberFormat(currency="€", decimal=","), "12,- €", 12.0),
        (NumberFormat(unit="%"), "4.5%", 4.5),
        (NumberFormat(unit="%"), "4.5 %", 4.5),
        (NumberFormat(unit="%"), "4.5", 4.5),
        (NumberFormat(unit="kg"), "4.5 kg", 4.5),
        (NumberFormat(unit="kg"), "4.5kg", 4.5),
        (NumberFormat(unit="kg"), "4.5 KG", 4.5),
        (NumberFormat(unit="days"), "1 day", 1.0),
        (NumberFormat(unit="°C"), "-4 °C", -4.0),
        (NumberFormat(unit="°C"), "-4 ºC", -4.0),
        (NumberFormat(unit="meter"), "4 Meters", 4.0),
        (NumberFormat(unit="m²"), "80 m²", 80.0),
    ],
)
def test_the_currency_or_unit_of_the_column_may_stand_beside_a_number(
    form: NumberFormat, text: str, value: float
) -> None:
    assert form.read(text) == Reading(value, "usual")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (NumberFormat(currency="$"), "€5"),
        (NumberFormat(currency="R$"), "US$ 5"),
        (NumberFormat(unit="kg"), "5 g"),
        (NumberFormat(unit="mW"), "5 MW"),
        (NumberFormat(unit="%"), "5 kg"),
        (PLAIN, "5%"),
        (PLAIN, "$5"),
    ],
)
def test_another_currency_or_unit_is_never_read(form: NumberFormat, text: str) -> None:
    assert form.read(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("-5", -5.0), ("−5", -5.0), ("\u20135", -5.0), ("- 5", -5.0), ("+5", 5.0)],
)
def test_a_sign_in_front_may_be_any_minus(text: str, value: float) -> None:
    assert PLAIN.read(text) == Reading(value, "usual")


@pytest.mark.parametrize(
    ("text", "value"),
    [("(5.50)", -5.5), ("5.50-", -5.5), ("5.50−", -5.5), ("($5.50)", -5.5), ("$(5.50)", -5.5), ("(-5)", None)],
)
def test_negative_amounts_of_accountants_are_read_in_columns_that_have_them(text: str, value: float | None) -> None:
    form = NumberFormat(currency="$", accounting=True)

    assert form.read(text) == (None if value is None else Reading(value, "usual"))


@pytest.mark.parametrize("text", ["5,-", "5,–", "5,—", "5,--", "1.005,-"])
def test_a_dash_behind_the_decimal_mark_stands_for_no_cents(text: str) -> None:
    reading = BRAZILIAN.read(text)

    assert reading == Reading(1005.0 if "." in text else 5.0, "usual")


@pytest.mark.parametrize(("text", "value"), [("(5)", -5.0), ("5-", -5.0)])
def test_another_style_of_sign_is_another_form(text: str, value: float) -> None:
    assert PLAIN.read(text) == Reading(value, "other")


@pytest.mark.parametrize(
    ("text", "value"),
    [("<0.5", 0.5), ("< 0.5", 0.5), (">90", 90.0), ("≥90", 90.0), ("<=3", 3.0), ("≤3", 3.0), ("90+", 90.0)],
)
def test_a_bound_is_its_number(text: str, value: float) -> None:
    assert PLAIN.read(text) == Reading(value, "bound")


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (PLAIN, "2,5", 2.5),
        (PLAIN, "1.234,5", 1234.5),
        (PLAIN, "1,234,567", 1_234_567.0),
        (PLAIN, "1 234", 1234.0),
        (PLAIN, "0,123", 0.123),
        (COMMA, "2.5", 2.5),
        (BRAZILIAN, "1,234.50", 1234.5),
        (ENGLISH, "1.234,50", 1234.5),
    ],
)
def test_a_cell_with_other_marks_is_read_if_they_can_mean_one_thing_only(
    form: NumberFormat, text: str, value: float
) -> None:
    assert form.read(text) == Reading(value, "other")


@pytest.mark.parametrize(("form", "text"), [(PLAIN, "1,234"), (COMMA, "1.234"), (SWISS, "12,345")])
def test_a_cell_that_can_mean_two_numbers_is_not_read(form: NumberFormat, text: str) -> None:
    assert form.read(text) is None


@pytest.mark.parametrize(
    ("durations", "text", "seconds"),
    [
        ("hours", "1:30", 5400.0),
        ("hours", "1:30:15", 5415.0),
        ("hours", "-0:30", -1800.0),
        ("minutes", "1:30", 90.0),
        ("minutes", "1:02:03.5", 3723.5),
    ],
)
def test_a_duration_is_read_in_seconds(durations: str, text: str, seconds: float) -> None:
    form = NumberFormat(durations="hours" if durations == "hours" else "minutes")

    assert form.read(text) == Reading(seconds, "usual")


@pytest.mark.parametrize("text", ["1:2", "1:60", "1:00:60", "90", "1:30 h", "a:30"])
def test_other_cells_with_colons_are_not_durations(text: str) -> None:
    assert NumberFormat(durations="hours").read(text) is None


@pytest.mark.parametrize(("text", "value"), [("yes", 1.0), ("Não", 0.0), ("TRUE", 1.0)])
def test_truth_words_are_read_in_a_column_of_zeros_and_ones(text: str, value: float) -> None:
    assert NumberFormat(truth_words=True).read(text) == Reading(value, "other")
    assert PLAIN.read(text) is None


@pytest.mark.parametrize("text", ["9" * 200, "1" + ",234" * 40, "(" * 100, "$" * 70 + "5", "1 " * 40])
def test_very_long_cells_are_rejected_or_read_as_plain_digits(text: str) -> None:
    assert ENGLISH.read(text) is None


@given(st.text(st.sampled_from("0123456789.,' -+()<>%$€RkgE:"), max_size=12))
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    for form in (PLAIN, COMMA, ENGLISH, BRAZILIAN, FRENCH, SWISS):
        reading = form.read(text.strip())
        assert reading is None or abs(reading.value) <= 1e30


@pytest.mark.parametrize("sign", [chr(code) for code in range(1 << 16) if unicodedata.category(chr(code)) == "Sc"])
def test_every_currency_sign_is_one(sign: str) -> None:
    assert NumberFormat(currency=sign).value(f"{sign}5") == 5.0


@pytest.mark.parametrize("text", ["($(5)", "$(5", "$5)", "(($5))", "-$(5)", "$(-5)"])
def test_brackets_that_do_not_match_are_no_number(text: str) -> None:
    assert NumberFormat(currency="$").read(text) is None
