"""What a batch says about each kind of difference to the training rows, and what it leaves unsaid."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.contracts import ColumnDrift, Profile
from mini_ml.ml.scoring.drift_counts import COUNTED_BYTES
from mini_ml.ml.scoring.drift_reference import build_drift_reference
from tests.unit.ml_drift.batches import (
    HEADER,
    Shop,
    Trained,
    column_of,
    count_batch,
    drift_of,
    drifted_columns,
    train_shop,
    warnings_of,
)


@pytest.mark.parametrize("seed", range(10, 20))
@pytest.mark.parametrize("rows", [100, 1_000])
def test_rows_like_the_training_rows_have_no_drift(classifier: Trained, rows: int, seed: int) -> None:
    drift = drift_of(classifier, Shop().csv(rows, seed))

    assert (drifted_columns(drift), drift.predictions_drifted) == ([], False)
    assert [column.name for column in drift.columns] == HEADER.split(",")


@pytest.mark.parametrize(
    ("shop", "column"),
    [
        (Shop(mean=1.5), "size"),
        (Shop(gaps=0.5), "size"),
        (Shop(colours=("red", "blue", "blue", "blue")), "colour"),
        (Shop(colours=("red", "green", "blue", "pink")), "colour"),
        (Shop(colours=("red", "green", "blue", "")), "colour"),
        (Shop(fragile=0.05), "fragile"),
        (Shop(remarks=False), "remark"),
    ],
    ids=["shifted", "gaps", "other shares", "new category", "new gaps", "truth values", "no texts"],
)
@pytest.mark.parametrize("rows", [200, 2_000])
def test_a_large_difference_is_found_in_its_column_only(
    classifier: Trained, shop: Shop, column: str, rows: int
) -> None:
    assert drifted_columns(drift_of(classifier, shop.csv(rows, seed=20))) == [column]


def test_the_shares_of_missing_unseen_and_out_of_range_cells_are_exact(classifier: Trained) -> None:
    rows = [
        *["0.1,red,yes,2020-02-03,old and small"] * 60,
        *["99,pink,no,2020-02-03,new and large"] * 20,
        *[",red,,2031-02-03,round and heavy"] * 10,
        *["many,,yes,2020-02-03,"] * 10,
    ]

    drift = drift_of(classifier, "\n".join([HEADER, *rows, ""]))

    size, colour, fragile, made, remark = (column_of(drift, name) for name in HEADER.split(","))
    assert (size.missing_share, size.out_of_range_share, size.unseen_share) == (0.2, 0.25, None)
    assert (colour.missing_share, colour.unseen_share) == (0.1, round(20 / 90, 6))
    assert (fragile.missing_share, fragile.out_of_range_share, fragile.unseen_share) == (0.1, None, None)
    assert (made.missing_share, made.out_of_range_share) == (0.0, 0.1)
    assert (remark.missing_share, remark.stability_index, remark.unseen_share) == (0.1, None, None)
    assert size.training_missing_share == pytest.approx(0.1, abs=0.03)


def test_later_dates_are_shown_but_do_not_warn(classifier: Trained) -> None:
    made = column_of(drift_of(classifier, Shop(year=2022).csv(1_000, seed=21)), "made")

    assert made.out_of_range_share == 1.0
    assert made.stability_index
    assert made.stability_index > 1
    assert not made.drifted


def test_missing_dates_warn(classifier: Trained) -> None:
    rows = [row.replace("2020-", "about 2020-") for row in Shop().rows(300, seed=22)]

    assert drifted_columns(drift_of(classifier, "\n".join([HEADER, *rows, ""]))) == ["made"]


def test_another_share_of_labels_is_a_shift_of_the_predictions(classifier: Trained) -> None:
    drift = drift_of(classifier, Shop(mean=1.5).csv(1_000, seed=23))

    assert drift.predictions_drifted
    assert {shift.label for shift in drift.labels} == {"low", "high"}
    high = next(shift for shift in drift.labels if shift.label == "high")
    assert high.share > 0.85 > 0.65 > high.holdout_share


def test_other_numbers_are_a_shift_of_the_predictions(regressor: Trained) -> None:
    same, other = (drift_of(regressor, Shop(mean=mean).csv(1_000, seed=24)) for mean in (0.0, 1.5))

    assert (same.predictions_drifted, other.predictions_drifted) == (False, True)
    assert (same.labels, other.labels) == ((), ())


def test_fewer_than_a_hundred_rows_say_nothing_about_distributions(classifier: Trained) -> None:
    csv = Shop(mean=9, gaps=0, colours=("pink",)).csv(99, seed=25)
    drift = drift_of(classifier, csv)

    assert (drifted_columns(drift), drift.predictions_drifted) == ([], False)
    assert [column.stability_index for column in drift.columns] == [None] * 5
    assert column_of(drift, "colour").unseen_share == 1.0
    assert warnings_of(classifier, csv) == []


def test_a_sample_of_a_large_file_finds_the_same_differences(classifier: Trained) -> None:
    csv = Shop(mean=1.5, gaps=0.5).csv(5_000, seed=26)
    full, sampled = (drift_of(classifier, csv, file_bytes=size) for size in (0, 5 * COUNTED_BYTES))

    assert (full.sampled_rows, sampled.rows) == (5_000, 5_000)
    assert 900 < sampled.sampled_rows < 1_100
    assert drifted_columns(sampled) == drifted_columns(full) == ["size"]
    assert column_of(sampled, "size").missing_share == column_of(full, "size").missing_share


def test_warnings_name_what_differs_with_its_figures(classifier: Trained) -> None:
    found = {warning.code: warning for warning in warnings_of(classifier, Shop(mean=1.5).csv(1_000, seed=27))}

    assert set(found) == {"drifted_predictions", "drifted_column"}
    column = found["drifted_column"]
    assert (column.column, column.count, column.examples) == ("size", None, ())
    assert column.params["large"] == "0.25"
    assert float(str(column.params["index"])) > 1
    assert column.message.startswith("The column differs from that of the training rows: its population stability ")


def test_no_value_of_a_cell_is_in_the_drift(classifier: Trained) -> None:
    drift = drift_of(classifier, Shop(colours=("secret-colour",)).csv(300, seed=28))

    assert column_of(drift, "colour").drifted
    assert "secret" not in drift.model_dump_json()


def test_a_profile_without_a_column_leaves_this_column_out(classifier: Trained) -> None:
    columns = tuple(column for column in classifier.profile.columns if column.name not in ("size", "colour"))
    partial = Trained(classifier.model, classifier.profile.model_copy(update={"columns": columns}))

    drift = drift_of(partial, Shop(mean=9).csv(300, seed=29))

    assert [column.name for column in drift.columns] == ["fragile", "made", "remark"]


def test_a_profile_without_hold_out_rows_says_nothing_about_predictions(
    classifier: Trained, regressor: Trained
) -> None:
    for trained in (classifier, regressor):
        bare = trained.profile.model_copy(update={"prediction_counts": (), "prediction_quantiles": None})
        drift = drift_of(Trained(trained.model, bare), Shop(mean=9).csv(300, seed=30))
        assert (drift.prediction_stability_index, drift.predictions_drifted, drift.labels) == (None, False, ())


def test_a_profile_that_was_stored_and_read_gives_the_same_counts(classifier: Trained) -> None:
    read = Profile.model_validate_json(classifier.profile.model_dump_json())
    one, other = (build_drift_reference(classifier.model, profile) for profile in (classifier.profile, read))

    assert [number and number.training for number in one.numbers] == [
        number and number.training for number in other.numbers
    ]
    assert [found and found.training for found in one.categories] == [
        found and found.training for found in other.categories
    ]
    assert one.predictions
    assert other.predictions
    assert one.predictions.holdout == other.predictions.holdout


def test_the_training_rows_are_counted_as_the_profile_counts_them(classifier: Trained) -> None:
    """Otherwise every batch would differ from the training rows by what the two count differently."""
    shop = Shop().csv(2_000, seed=0)
    held_out = set(classifier.model.holdout_rows.tolist())
    header, *rows = shop.splitlines()
    training = [row for place, row in enumerate(rows) if place not in held_out]

    counts, _ = count_batch(classifier, "\n".join([header, *training, ""]))

    reference = build_drift_reference(classifier.model, classifier.profile)
    for number, found in zip(reference.numbers, counts.numbers.tolist(), strict=True):
        assert number
        ranges = len(number.training) - 1
        assert (tuple(found[:ranges]), found[-1]) == (number.training[:-1], number.training[-1])
    assert reference.categories[0]
    assert tuple(counts.tokens[0].tolist()) == reference.categories[0].training
    assert counts.out_of_range.tolist() == [0, 0, 0]


def test_each_figure_is_a_short_number_that_json_can_represent(classifier: Trained) -> None:
    drift = drift_of(classifier, Shop(mean=9).csv(300, seed=31))
    figures = [value for column in drift.columns for value in dict(column).values() if isinstance(value, float)]

    assert json.loads(drift.model_dump_json())
    assert [value for value in figures if value != round(value, 6)] == []
    assert all(isinstance(column, ColumnDrift) for column in drift.columns)


CELLS = st.sampled_from(
    ["", "1", "-3.5", "1e300", "n/a", "many", "red", "pink", "yes", "no", "2020-02-03", "old wooden"]
)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=5), times=st.integers(1, 120))
def test_any_rows_have_shares_between_zero_and_one_and_finite_indexes(
    classifier: Trained, rows: list[list[str]], times: int
) -> None:
    csv = "\n".join([HEADER, *([",".join(row) for row in rows] * times), ""])

    counts, _ = count_batch(classifier, csv)
    drift = drift_of(classifier, csv)

    assert {int(column.sum()) for column in (*counts.numbers, counts.tokens[0], counts.predictions)} == {drift.rows}
    figures = [value for column in drift.columns for value in dict(column).values() if isinstance(value, float)]
    assert np.isfinite(figures).all()
    shares = [column.missing_share for column in drift.columns]
    shares += [share for column in drift.columns for share in (column.unseen_share, column.out_of_range_share) if share]
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("dropped", [("size", "fragile", "made"), ("colour", "remark")], ids=["words", "numbers"])
def test_models_of_words_or_numbers_alone_are_compared_too(tmp_path: Path, dropped: tuple[str, ...]) -> None:
    trained = train_shop(tmp_path, "label", "DecisionTreeClassifier", rows=300, drop=dropped)

    drift = drift_of(trained, Shop(gaps=0.9, colours=("pink",)).csv(200, seed=32))

    assert [column.name for column in drift.columns] == [name for name in HEADER.split(",") if name not in dropped]
    assert drifted_columns(drift) == [name for name in ("size", "colour") if name not in dropped]


def test_two_hold_out_rows_are_too_few_to_say_that_predictions_differ(tmp_path: Path) -> None:
    trained = train_shop(tmp_path, "price", "Ridge", rows=8)

    drift = drift_of(trained, Shop(mean=50, gaps=0).csv(200, seed=33))

    assert len(trained.model.holdout_rows) == 2
    assert column_of(drift, "size").out_of_range_share == 1.0
    assert (drift.prediction_stability_index, drift.predictions_drifted) == (None, False)
