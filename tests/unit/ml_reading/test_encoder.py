"""The matrix of an estimator is finite, has a bounded width, and depends on the training rows only."""

import pickle
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.errors import LimitExceeded
from mini_ml.ml.encoding.encoders import FEW_WORDS, MOST_CATEGORIES, MOST_WORDS, ROWS_PER_WORD
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.frame import Matrix
from mini_ml.ml.schema.infer import infer
from mini_ml.topology import Limits
from tests.unit.ml_reading.models import LIMITS, classifier, encode, table

NOTES = "a,y\n" + "".join(
    f"the {('big', 'small')[place % 2]} {('red', 'blue', 'green')[place % 3]} fox {letter},{'uv'[place % 2]}\n"
    for place, letter in enumerate("abcdefghijkl")
)
"""A column of text: different cells with recurring words."""


def fit_encoder(csv: str, limits: Limits = LIMITS, rows: int | None = None) -> Encoder:
    """Fit an encoder to the first rows of a CSV whose last column is the target."""
    read = table(csv)
    rules = infer(read, target=read.names[-1]).reader
    frame = rules.parse(read)
    return Encoder.fit(rules, frame.take(np.arange(rows or frame.rows)), limits)


def matrix(csv: str, rows: int | None = None) -> tuple[tuple[str, ...], Matrix]:
    read = table(csv)
    rules = infer(read, target=read.names[-1]).reader
    frame = rules.parse(read)
    encoder = Encoder.fit(rules, frame.take(np.arange(rows or frame.rows)), LIMITS)
    return encoder.feature_names, encoder.transform(frame)


def test_missing_numbers_get_the_median_of_the_training_rows_and_an_indicator_column() -> None:
    names, found = matrix("a,y\n1,u\n2,v\n6,u\n,v\n100,u\n", rows=4)

    assert names == ("a", "a=missing")
    assert found.tolist() == [[1, 0], [2, 0], [6, 0], [2, 1], [100, 0]]


def test_booleans_are_one_and_zero() -> None:
    assert matrix("a,y\nyes,u\nNo,v\nyes,u\n")[1].tolist() == [[1], [0], [1]]


def test_categories_are_one_hot_commonest_first_with_a_column_for_the_rest() -> None:
    names, found = matrix("a,y\nblue,u\nred,v\nred,u\ngreen,u\n", rows=3)

    assert names == ("a=red", "a=blue", "a=other")
    assert found.tolist() == [[0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_missing_is_a_category_of_its_own() -> None:
    names, found = matrix("a,y\nred,u\n,v\nnull,u\nblue,v\nred,u\n", rows=4)

    assert names == ("a=blue", "a=red", "a=other", "a=missing")
    assert found.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]


def test_a_checkbox_is_a_category_and_a_gap() -> None:
    names, found = matrix("a,y\nx,u\n,v\nx,u\n")

    assert names == ("a=x", "a=other", "a=missing")
    assert found.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("cells", "stands_for_gaps"),
    [
        (("red", "NA"), "a=NA"),
        (("red", "None"), "a=None"),
        (("red", "-"), "a=-"),
        (("red", "NA", "None"), "a=other"),
        (("red", "blue"), "a=other"),
    ],
)
def test_a_gap_where_training_had_none_is_the_only_word_for_none_or_other(
    cells: tuple[str, ...], stands_for_gaps: str
) -> None:
    model = classifier("a,y\n" + "".join(f"{cell},{label}\n" for cell in cells for label in "uv"))

    row = encode(model, "a,b\n,x\n")[0]

    assert [name for name, value in zip(model.encoder.feature_names, row, strict=True) if value] == [stands_for_gaps]


def test_a_gap_among_truth_values_has_an_indicator_column() -> None:
    names, found = matrix("a,y\nyes,u\nno,v\nyes,u\n,v\n")

    assert names == ("a", "a=missing")
    assert found.tolist() == [[1, 0], [0, 0], [1, 0], [1, 1]]


def test_only_the_hundred_commonest_categories_get_a_column() -> None:
    rows = "".join(f"c{place % 150:03},{place % 2}.5,u\n" for place in range(400))

    assert fit_encoder(f"a,b,y\n{rows}").columns[0].width == MOST_CATEGORIES + 1


def test_dates_become_seconds_and_their_parts() -> None:
    names, found = matrix("a,y\n2024-02-29,u\n1969-12-31,v\n")

    assert names[:5] == ("a", "a.year", "a.month", "a.day", "a.weekday")
    assert found[:, :5].tolist() == [[1_709_164_800, 2024, 2, 29, 3], [-86_400, 1969, 12, 31, 2]]


def test_dates_with_a_time_also_give_an_hour() -> None:
    names, found = matrix("a,y\n2024-02-29 23:59,u\n1969-12-31 01:00,v\n")

    assert names[5] == "a.hour"
    assert found[:, 5].tolist() == [23, 1]


def test_dates_have_their_place_in_the_year_the_week_and_the_day_as_a_circle() -> None:
    names, found = matrix("a,y\n1970-01-05 00:00,u\n1970-01-01 06:30,v\n")

    assert names[6:] == ("a.year_sin", "a.year_cos", "a.week_sin", "a.week_cos", "a.day_sin", "a.day_cos")
    assert np.allclose(found[0, 8:], [0, 1, 0, 1])
    assert np.allclose(found[1, [6, 7, 10, 11]], [0, 1, 1, 0])


@given(day=st.dates())
def test_the_next_day_is_close_by_whatever_the_date(day: date) -> None:
    following = day + timedelta(days=1 if day < date.max else -1)
    names, found = matrix(f"a,y\n{day},u\n{following},v\n")
    circles = found[:, [name.endswith(("_sin", "_cos")) for name in names]]

    step = np.abs(circles[1] - circles[0])

    assert (step[:2] < 0.04).all()
    assert (step[2:] < 0.9).all()
    assert np.allclose((circles**2).sum(axis=1), 2)


@given(moment=st.datetimes())
def test_the_parts_of_a_date_are_those_of_the_calendar(moment: datetime) -> None:
    _, found = matrix(f"a,y\n{moment.isoformat()},u\n2024-02-29T23:59:59,v\n")

    assert found[0, 1:6].tolist() == [moment.year, moment.month, moment.day, moment.weekday(), moment.hour]
    assert found[1, 1:6].tolist() == [2024, 2, 29, 3, 23]


def test_circles_are_left_out_if_the_width_is_small() -> None:
    csv = "a,y\n2024-02-29,u\n1969-12-31,v\n"

    assert fit_encoder(csv, Limits(encoded_width=16)).width == 9
    assert fit_encoder(csv, Limits(encoded_width=15)).width == 5


def test_an_encoder_of_an_earlier_release_transforms_as_before() -> None:
    csv = "a,b,y\n2024-02-29,1,u\n1969-12-31,2,v\n"
    encoder = fit_encoder(csv, Limits(encoded_width=15))
    earlier = Encoder.__new__(Encoder)
    vars(earlier).update({name: value for name, value in vars(encoder).items() if name != "cyclic"})
    read = table(csv)
    frame = infer(read, target="y").reader.parse(read)

    copy = pickle.loads(pickle.dumps(earlier))

    assert "cyclic" not in vars(copy)
    assert np.array_equal(copy.transform(frame), encoder.transform(frame))


def test_text_becomes_word_weights_of_length_one() -> None:
    names, found = matrix(NOTES)

    assert names == ("a:big", "a:small", "a:blue", "a:green", "a:red")
    assert np.allclose((found**2).sum(axis=1), 1)
    assert (found > 0).sum(axis=1).tolist() == [2] * 12


def test_words_that_do_not_recur_in_the_training_rows_are_kept_if_there_are_no_others() -> None:
    names, _ = matrix(NOTES, rows=1)

    assert names == ("a:a", "a:big", "a:fox", "a:red", "a:the")


def test_text_without_a_known_word_becomes_zeros() -> None:
    model = classifier(NOTES)

    assert not encode(model, "a,b\nquite other words,x\n,x\n").any()


def test_text_has_at_most_256_columns() -> None:
    assert fit_encoder(write_notes(ROWS_PER_WORD * MOST_WORDS + 100)).width == MOST_WORDS


def test_text_has_a_column_for_every_twenty_cells_at_most() -> None:
    assert fit_encoder(write_notes(600)).width == 30


def test_text_has_up_to_eight_columns_however_few_the_rows_are() -> None:
    assert fit_encoder(write_notes(60)).width == FEW_WORDS


def write_notes(rows: int) -> str:
    """Return a text with 301 words that recur, the colours most often."""
    cells = (
        f"{('red', 'blue')[place % 2]} n{place % 20} m{place % 15} k{place % 264} x{place}" for place in range(rows)
    )
    return "a,y\n" + "".join(f"{cell},{'uv'[place % 2]}\n" for place, cell in enumerate(cells))


def test_fewer_categories_and_words_are_kept_if_the_width_is_small() -> None:
    cells = [f"k{place % 90}" for place in range(270)]
    rows = "".join(f"{cell},{cell}x,{cell}y,u\n" for cell in cells)

    assert fit_encoder(f"a,b,c,y\n{rows}", Limits(encoded_width=100)).width <= 100


def test_a_table_that_cannot_be_encoded_within_the_width_is_rejected() -> None:
    with pytest.raises(LimitExceeded) as caught:
        fit_encoder("a,b,c,y\n1,2024-01-01,x,u\n4,2024-01-02,z,v\n", Limits(encoded_width=2))

    assert caught.value.detail == "The columns encode to 8 features; the limit is 2."
    assert [issue.column for issue in caught.value.issues] == ["b", "c", None]


def test_indicator_columns_are_left_out_if_the_width_is_small() -> None:
    csv = "a,b,y\n1,2,u\n,3.5,v\n4,,u\n"

    assert fit_encoder(csv, Limits(encoded_width=4)).feature_names == ("a", "b", "a=missing", "b=missing")
    assert fit_encoder(csv, Limits(encoded_width=3)).feature_names == ("a", "b")


def test_the_matrix_is_finite_and_stored_by_rows() -> None:
    csv = "a,b,c,y\n1e999,x,2024-01-01,u\n,,,v\n1,y,9999-12-31,u\n"
    model = classifier(csv)

    found = encode(model, csv)

    assert np.isfinite(found).all()
    assert found.flags.c_contiguous
    assert found.dtype == np.float64


def test_a_model_survives_pickling() -> None:
    csv = "a,b,c,d,y\n1,x,2024-01-01,true,u\n,,,no,v\n3,y,2024-01-03,yes,u\n"
    model = classifier(csv)

    copy = pickle.loads(pickle.dumps(model))

    assert np.array_equal(encode(copy, csv), encode(model, csv))


def test_the_schema_names_the_columns_that_a_model_reads() -> None:
    schema = classifier("n,a,b,c,y\n1,x,2024-01-01,1.5,u\n1,,,no,v\n1,y,2024-01-03,,u\n").schema

    assert [(column.name, column.kind, column.missing) for column in schema.columns] == [
        ("a", "categorical", 1),
        ("b", "datetime", 1),
        ("c", "categorical", 1),
    ]
    assert schema.columns[0].categories == ("x", "y")
    assert schema.columns[1].format is None
    assert (schema.target, schema.labels, schema.left_out[0].name) == ("y", ("u", "v"), "n")
