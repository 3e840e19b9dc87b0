"""Rows are counted right, and the same way however the file is cut into parts."""

import dataclasses
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.notices import Notices
from mini_ml.ml.scoring.drift_counts import COUNTED_BYTES, DriftCounter, DriftCounts
from mini_ml.ml.scoring.drift_reference import build_drift_reference
from tests.unit.ml_drift.batches import HEADER, Shop, Trained, count_batch


def plain(counts: DriftCounts) -> dict[str, object]:
    """Return counts as lists, which can be compared."""
    values = {field.name: getattr(counts, field.name) for field in dataclasses.fields(counts)}
    return {
        name: [one.tolist() for one in value] if name == "tokens" else np.asarray(value).tolist()
        for name, value in values.items()
    }


def test_numbers_are_counted_by_range_and_gaps_apart(classifier: Trained) -> None:
    counts, _ = count_batch(classifier, Shop().csv(500, seed=3))
    sizes = [row.split(",")[0] for row in Shop().rows(500, seed=3)]
    values = np.array([float(size) for size in sizes if size])
    [profile] = [column for column in classifier.profile.columns if column.name == "size"]
    assert profile.quantiles
    edges = np.array(profile.quantiles.edges)
    expected = np.histogram(values, [-np.inf, *edges[1:-1], np.inf])[0]

    assert counts.numbers[0].tolist() == [*expected.tolist(), sizes.count("")]
    assert counts.out_of_range[0] == ((values < edges[0]) | (values > edges[-1])).sum()


def test_truth_values_are_counted_as_false_and_true(classifier: Trained) -> None:
    counts, _ = count_batch(classifier, Shop().csv(500, seed=3))
    found = Counter(row.split(",")[2] for row in Shop().rows(500, seed=3))
    ranges = counts.numbers[1].tolist()

    assert (ranges[:2], sum(ranges)) == ([found["no"], found["yes"]], 500)


def test_categories_are_counted_by_frequency_then_others_then_gaps(classifier: Trained) -> None:
    rows = [f"1,{colour},yes,2020-01-01,old" for colour in ("red", "blue", "pink", "", "red")]

    counts, _ = count_batch(classifier, "\n".join([HEADER, *rows, ""]))

    [profile] = [column for column in classifier.profile.columns if column.name == "colour"]
    order = [frequency.value for frequency in profile.frequencies]
    named = dict(zip(order, counts.tokens[0].tolist(), strict=False))
    assert named == {"red": 2, "green": 0, "blue": 1}
    assert counts.tokens[0].tolist()[len(order) :] == [1, 1]


def test_predictions_are_counted_by_label_or_range(classifier: Trained, regressor: Trained) -> None:
    csv = Shop().csv(300, seed=4)

    assert classifier.model.schema.labels == ("high", "low")
    assert [int(count_batch(one, csv)[0].predictions.sum()) for one in (classifier, regressor)] == [300, 300]
    high = Shop(mean=9, gaps=0).csv(200, seed=4)
    assert count_batch(classifier, high)[0].predictions.tolist() == [200, 0]
    assert count_batch(regressor, high)[0].predictions.tolist()[-1] == 200


@pytest.mark.parametrize("chunk_bytes", [300, 4_000, None])
@pytest.mark.parametrize("threads", [1, 3])
def test_the_counts_do_not_depend_on_parts_and_threads(
    classifier: Trained, chunk_bytes: int | None, threads: int
) -> None:
    csv = Shop().csv(3_000, seed=5)
    whole, _ = count_batch(classifier, csv, file_bytes=10 * COUNTED_BYTES)

    parts, _ = count_batch(classifier, csv, file_bytes=10 * COUNTED_BYTES, chunk_bytes=chunk_bytes, threads=threads)

    assert plain(parts) == plain(whole)
    assert whole.rows == 3_000


def test_rows_that_cannot_be_read_are_not_counted_and_do_not_move_the_sample(classifier: Trained) -> None:
    rows = Shop().rows(2_000, seed=6)
    good, _ = count_batch(classifier, "\n".join([HEADER, *rows, ""]), file_bytes=10 * COUNTED_BYTES)
    mixed = [line for row in rows for line in ((row, "1,2,3,4,5,6,7") if row.startswith("0.1") else (row,))]

    found, tally = count_batch(
        classifier, "\n".join([HEADER, *mixed, ""]), file_bytes=10 * COUNTED_BYTES, chunk_bytes=999
    )

    assert len(tally.bad_rows) > 10
    assert plain(found) == plain(good)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 4_999), max_size=8), share=st.integers(2, 50))
def test_any_cuts_sample_the_same_rows(classifier: Trained, cuts: list[int], share: int) -> None:
    frame = Frame(np.random.default_rng(0).normal(size=(5_000, 3)), (), Counter(), Notices())
    reference = build_drift_reference(classifier.model, classifier.profile)
    reference = dataclasses.replace(reference, categories=())
    whole, cut = (DriftCounter(reference, file_bytes=share * COUNTED_BYTES) for _ in range(2))
    predictions = Predictions(["low", "high"] * 2_500)
    whole.add(whole.count(frame, predictions, first_row=0))
    bounds = sorted({0, *cuts, 5_000})
    for start, stop in pairwise(bounds):
        part = slice(start, stop)
        cut.add(cut.count(frame.take(part), predictions.at(part), first_row=start))

    assert whole.total is not None
    assert cut.total is not None
    assert plain(whole.total) == plain(cut.total)
    assert whole.total.sampled_rows == pytest.approx(5_000 / share, rel=0.05, abs=3)


@pytest.mark.parametrize("period", [2, 7, 10, 24, 30, 64, 365])
def test_the_sample_does_not_follow_a_period_of_the_file(classifier: Trained, period: int) -> None:
    reference = dataclasses.replace(build_drift_reference(classifier.model, classifier.profile), categories=())
    counter = DriftCounter(reference, file_bytes=20 * COUNTED_BYTES)
    frame = Frame(np.zeros((100_000, 3)), (), Counter(), Notices())
    labels = ["low" if row % period else "high" for row in range(100_000)]

    counts = counter.count(frame, Predictions(labels), first_row=0)

    assert counts.predictions[0] / counts.sampled_rows == pytest.approx(1 / period, rel=0.15)


def test_small_files_are_counted_in_full_and_tables_of_many_columns_too(classifier: Trained) -> None:
    counts, _ = count_batch(classifier, Shop().csv(400, seed=7), file_bytes=COUNTED_BYTES)

    assert (counts.rows, counts.sampled_rows) == (400, 400)
