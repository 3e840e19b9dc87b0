"""Many cells are read together faster, and each exactly as it is alone."""

import struct
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.ml.cells.dates import DateFormat, Order
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.number_format import NumberFormat

some = settings(max_examples=150, deadline=None)
ORDERS: st.SearchStrategy[Order] = st.sampled_from(["year first", "day first", "month first"])
NUMBER_FORMATS = st.builds(
    NumberFormat,
    decimal=st.sampled_from([".", ","]),
    grouping=st.sampled_from(["", ",", ".", " ", "'"]),
    currency=st.sampled_from(["", "$", "R$", "EUR"]),
    unit=st.sampled_from(["", "%", "kg", "°C"]),
    accounting=st.booleans(),
    durations=st.sampled_from(["", "", "", "hours", "minutes"]),
    truth_words=st.booleans(),
).filter(lambda form: form.grouping != form.decimal)
NUMBER_CELLS = st.one_of(
    st.integers(-(10**12), 10**12).map("{:,}".format),
    st.floats(-1e7, 1e7).map("{:,.2f}".format),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["1.234", "1,234", "1 234", "1\u00a0234,5", "1'234", "1’234.5", "R$ 5", "$5.50", "5 kg", "5%"]),
    st.sampled_from(
        ["192.168.100.200", "<5", "90+", "(5)", "5-", "−5", "+5", "1:30", "1:30:15", "yes", "1e400", "0,5"]
    ),
    st.text(st.sampled_from("0123456789.,' -+()<%$Rkg\u00a0\n\r\x01\u2028é٣"), max_size=9).map(str.strip),
).map(lambda text: text.replace(",", "\t").replace(".", ",").replace("\t", ".") if len(text) % 3 == 0 else text)
DATE_CELLS = st.one_of(
    st.dates().map(str),
    st.datetimes().map(str),
    st.dates().map(lambda day: f"{day.day}/{day.month}/{day.year:04}"),
    st.dates().map(lambda day: f"{day.month:02}-{day.day:02}-{day.year % 100:02}"),
    st.dates().map(lambda day: f"{day.day:02}.{day.month:02}.{day.year:04} 09:15:00"),
    st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.from_regex(r"[0-3][0-9]/[01][0-9]/[0-9]{4}", fullmatch=True),
    st.from_regex(r"2021-03-05 [0-2][0-9]:[0-6][0-9]", fullmatch=True),
    st.sampled_from(["2021-03", "03/2021", "5 mar 2021", "5/3/21 9:15 PM", "1.2.34", "2021-03-05T09:15+01:00", ""]),
)


def bits_of(values: Sequence[float]) -> list[bytes]:
    return [b"missing" if np.isnan(value) else struct.pack("<d", value) for value in values]


@some
@given(NUMBER_FORMATS, st.lists(NUMBER_CELLS, min_size=1, max_size=12))
def test_numbers_are_the_same_alone_and_together(form: NumberFormat, cells: list[str]) -> None:
    alone = [form.read(cell) for cell in cells]

    values, forms = form.read_many(cells)

    assert forms == [reading and reading.form for reading in alone]
    assert bits_of(values.tolist()) == bits_of([np.nan if reading is None else reading.value for reading in alone])


@some
@given(ORDERS, st.booleans(), st.lists(DATE_CELLS, min_size=1, max_size=6), st.integers(1, 20))
def test_dates_are_the_same_alone_and_together(order: Order, named: bool, cells: list[str], times: int) -> None:
    form = DateFormat(order=order, named=named)
    alone = [form.value(cell) for cell in cells * times]

    together = form.values(cells * times)

    assert bits_of(together.tolist()) == bits_of([np.nan if value is None else value for value in alone])


@some
@given(st.lists(st.dates(), min_size=16, max_size=40), ORDERS, st.sampled_from("-/."))
def test_dates_of_one_layout_are_the_same_alone_and_together(days: list[object], order: Order, mark: str) -> None:
    form = DateFormat(order=order)
    cells = [str(day).replace("-", mark) for day in days]
    cells = cells if order == "year first" else [f"{cell[8:]}{mark}{cell[5:7]}{mark}{cell[:4]}" for cell in cells]

    together = form.values(cells)

    assert bits_of(together.tolist()) == bits_of([np.nan if (v := form.value(c)) is None else v for c in cells])


@some
@given(st.lists(st.one_of(NUMBER_CELLS, DATE_CELLS, st.sampled_from(["", "NA", "s/d", "yes"])), max_size=12))
def test_a_column_reads_the_same_alone_and_together(cells: list[str]) -> None:
    for feature in (
        Feature("a", "numeric", numbers=NumberFormat(), missing_words=("s/d",)),
        Feature("a", "datetime", dates=DateFormat(order="day first"), missing_words=("s/d",)),
        Feature("a", "boolean"),
    ):
        alone = [feature.read(cell) for cell in cells]
        values, hows = feature.read_many(cells)
        assert hows == [reading.how for reading in alone]
        assert bits_of(values.tolist()) == bits_of([reading.value for reading in alone])
