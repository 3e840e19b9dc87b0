"""Two versions are compared on the rows that both held out, and the verdict says what that is worth."""

import gzip
from typing import Any

import pytest

from mini_ml import errors, keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import Label, VersionComparison
from mini_ml.contracts.models import GROUP_COLUMN_REASON
from mini_ml.registry import holdout_rows
from mini_ml.registry.comparison import compare_versions
from tests.fixtures.responses import MANIFEST
from tests.unit.registry.published import REGRESSION, Row, label_rows, number_rows, publish, write_rows


@pytest.fixture
def cloud() -> MemoryCloud:
    return memory_cloud()


def compare(cloud: MemoryCloud, first: int = 1, second: int = 2) -> VersionComparison:
    return compare_versions(cloud, "iris", first, second)


def held_out(rows: int, *, sha256: str = "0") -> dict[str, Any]:
    """Return the dataset of a manifest with this number of hold-out rows."""
    return {**MANIFEST["dataset"], "holdout_rows": rows, "sha256": sha256}


def copy_rows(distinct: int, *, right: float) -> list[Row]:
    """Return 300 rows that repeat a few."""
    rows = label_rows(distinct, right=right)
    return [rows[number % distinct] for number in range(300)]


def test_a_version_with_better_probabilities_is_better(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(400, right=0.6)))
    publish(cloud, 2, write_rows(label_rows(400, right=0.9)))

    found, swapped = compare(cloud), compare(cloud, 2, 1)

    assert (found.verdict, swapped.verdict) == ("better", "worse")
    assert [one.metric for one in found.differences] == ["log_loss", "accuracy"]
    assert found.differences[0].interval.high < 0
    assert found.differences[1].interval.low > 0
    assert found.reason.startswith("Version 2 is better than version 1. The log loss changes by -0.")
    assert found.reason.endswith("on 400 rows that both held out.")


def test_a_difference_that_may_be_chance_is_no_difference(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(400, right=0.8, seed=1)))
    publish(cloud, 2, write_rows(label_rows(400, right=0.8, seed=2)))

    found = compare(cloud)

    assert found.verdict == "no_difference"
    assert "may be chance" in found.reason


def test_regressors_are_compared_by_their_rmse(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(number_rows(300, spread=3.0, seed=1), None), **REGRESSION)
    publish(cloud, 2, write_rows(number_rows(300, spread=2.0, seed=2), None), **REGRESSION)

    found = compare(cloud)

    assert found.verdict == "better"
    assert [(one.metric, one.greater_is_better) for one in found.differences] == [("rmse", False), ("mae", False)]
    assert found.differences[0].values == pytest.approx((3.0, 2.0), rel=0.15)


@pytest.mark.parametrize(("rows", "verdict"), [(199, "too_few_rows"), (200, "better")])
def test_fewer_than_two_hundred_common_rows_give_no_verdict(cloud: MemoryCloud, rows: int, verdict: str) -> None:
    publish(cloud, 1, write_rows(label_rows(rows, right=0.5)))
    publish(cloud, 2, write_rows(label_rows(rows, right=1.0)))

    found = compare(cloud)

    assert (found.verdict, found.common_rows) == (verdict, rows)
    assert (found.differences == ()) == (verdict == "too_few_rows")
    assert ("at least 200" in found.reason) == (verdict == "too_few_rows")


@pytest.mark.parametrize("distinct", [1, 3, 49])
def test_copies_of_fewer_than_fifty_rows_give_no_verdict(cloud: MemoryCloud, distinct: int) -> None:
    publish(cloud, 1, write_rows(copy_rows(distinct, right=0.5)))
    publish(cloud, 2, write_rows(copy_rows(distinct, right=1.0)))

    found = compare(cloud)

    assert (found.verdict, found.common_rows, found.distinct_rows) == ("too_few_rows", 300, distinct)
    assert found.differences == ()
    assert found.reason.endswith(
        f"but they repeat {distinct} different rows, and at least 50 different ones are needed for a verdict."
    )


def test_copies_of_fifty_rows_can_give_a_verdict(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(copy_rows(50, right=0.5)))
    publish(cloud, 2, write_rows(copy_rows(50, right=1.0)))

    found = compare(cloud)

    assert (found.verdict, found.common_rows, found.distinct_rows) == ("better", 300, 50)


def test_of_many_rows_a_sample_by_digest_is_compared(cloud: MemoryCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdout_rows, "MOST_ROWS", 1_000)
    rows = [(place << 52, *row[1:]) for place, row in enumerate(label_rows(4_000, right=0.6))]
    better = [(digest, target, target, 0.9) for digest, target, _, _ in rows]
    publish(cloud, 1, write_rows(rows), dataset=held_out(4_000))
    publish(cloud, 2, write_rows(better[::-1][1:]), dataset=held_out(4_000))

    found = compare(cloud)

    assert (found.verdict, found.common_rows) == ("better", 1_024)
    assert [(note.code, note.params) for note in found.notes] == [("sampled_rows", {"percent": 25})]


def test_all_rows_are_compared_if_the_sample_has_too_few_in_common(
    cloud: MemoryCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdout_rows, "MOST_ROWS", 100)
    publish(cloud, 1, write_rows(label_rows(400, right=0.6)), dataset=held_out(1 << 60))
    publish(cloud, 2, write_rows(label_rows(400, right=0.9)), dataset=held_out(1 << 60))

    assert (compare(cloud).verdict, compare(cloud).common_rows) == ("better", 400)


def test_a_difference_in_the_last_digits_is_no_difference(cloud: MemoryCloud) -> None:
    rows = label_rows(300, right=0.8)
    publish(cloud, 1, write_rows(rows))
    publish(cloud, 2, write_rows([(digest, target, answer, share + 1e-9) for digest, target, answer, share in rows]))

    assert compare(cloud).verdict == "no_difference"


@pytest.mark.parametrize(("sha256", "code"), [("0", "fitted_rows"), ("1", "other_rows")])
def test_rows_of_only_one_version_are_left_out_with_a_note(cloud: MemoryCloud, sha256: str, code: str) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)), dataset=held_out(300))
    publish(cloud, 2, write_rows(label_rows(250, right=0.8, first=50)), dataset=held_out(250, sha256=sha256))

    found = compare(cloud)

    assert found.common_rows == 250
    assert [(note.code, note.params) for note in found.notes] == [
        (code, {"count": 50, "rows": 300, "version": 1, "other": 2})
    ]
    assert "50 of 300" in found.notes[0].message


def test_without_a_common_row_the_reason_says_how_rows_are_recognised(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)), dataset=held_out(300, sha256="a"))
    publish(cloud, 2, write_rows(label_rows(300, right=0.8, first=300)), dataset=held_out(300, sha256="b"))

    found = compare(cloud)

    assert (found.verdict, found.common_rows) == ("too_few_rows", 0)
    assert "recognised by all of its cells" in found.reason


def test_a_note_counts_rows_whose_target_was_corrected(cloud: MemoryCloud) -> None:
    rows = label_rows(300, right=0.8)
    digest, _, _, _ = rows[0]
    publish(cloud, 1, write_rows(rows))
    publish(cloud, 2, write_rows([(digest, "yes" if rows[0][1] == "no" else "no", "no", 0.5), *rows[1:]]))

    found = compare(cloud)

    assert found.common_rows == 299
    assert [note.message for note in found.notes if note.code == "other_target"] == [
        "Rows with the same cells in both files, but another target: 1. They are left out."
    ]


def test_a_note_names_a_version_that_was_refitted(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)))
    publish(cloud, 2, write_rows(label_rows(300, right=0.8)), refitted=True)

    assert [(note.code, note.params) for note in compare(cloud).notes if note.code == "refitted"] == [
        ("refitted", {"version": 2})
    ]


def test_a_note_names_a_version_whose_rows_were_held_out_in_groups(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)))
    grouped = {"left_out": [{"name": "patient", "reason": GROUP_COLUMN_REASON}]}
    publish(cloud, 2, write_rows(label_rows(300, right=0.8)), schema=grouped)

    assert [note.params for note in compare(cloud).notes if note.code == "grouped_rows"] == [{"version": 2}]


def test_a_note_names_metrics_that_say_the_opposite(cloud: MemoryCloud) -> None:
    rows = label_rows(300, right=0.5)
    publish(cloud, 1, write_rows([(digest, target, target, 0.51) for digest, target, _, _ in rows]))
    sure = [
        (digest, target, target, 0.99) if place % 10 else (digest, target, "yes" if target == "no" else "no", 0.49)
        for place, (digest, target, _, _) in enumerate(rows)
    ]
    publish(cloud, 2, write_rows(sure))

    found = compare(cloud)

    assert (found.verdict, found.differences[1].verdict) == ("better", "worse")
    assert [note.message for note in found.notes if note.code == "metrics_disagree"] == [
        "The accuracy says the opposite of the log loss, which decides."
    ]


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        (REGRESSION, "task"),
        ({"target": "other"}, "target"),
        ({"schema": {"labels": ["no", "perhaps", "yes"]}}, "labels"),
    ],
)
def test_versions_that_predict_something_else_are_not_comparable(
    cloud: MemoryCloud, changes: dict[str, Any], obstacle: str
) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)))
    publish(cloud, 2, write_rows(label_rows(300, right=0.8)), **changes)

    found = compare(cloud)

    assert (found.verdict, found.obstacle, found.differences) == ("not_comparable", obstacle, ())
    assert found.reason.startswith("Versions 1 and 2 cannot be compared: ")


def test_a_version_of_an_earlier_release_is_not_comparable_but_shown(cloud: MemoryCloud) -> None:
    publish(cloud, 1, None)
    publish(cloud, 2, write_rows(label_rows(300, right=0.8)))

    found = compare(cloud)

    assert (found.verdict, found.obstacle) == ("not_comparable", "predictions")
    assert found.versions[0].metrics["accuracy"] == 0.96667


def test_predictions_that_overflow_are_not_comparable(cloud: MemoryCloud) -> None:
    rows = [(number, "1e308", "-1e308", 0.0) for number in range(250)]
    publish(cloud, 1, write_rows(rows, None), **REGRESSION)
    publish(cloud, 2, write_rows(rows, None), **REGRESSION)

    assert (compare(cloud).verdict, compare(cloud).obstacle) == ("not_comparable", "numbers")


def test_labels_in_another_order_are_the_same_labels(cloud: MemoryCloud) -> None:
    labels: tuple[Label, ...] = ("yes", "no")
    rows = label_rows(300, right=0.8)
    publish(cloud, 1, write_rows(rows))
    swapped = write_rows([(digest, target, answer, 1 - share) for digest, target, answer, share in rows])
    text = gzip.decompress(swapped).replace(b"probability_no,probability_yes", b"probability_yes,probability_no")
    publish(cloud, 2, gzip.compress(text), schema={"labels": list(labels)})

    found = compare(cloud)

    assert found.verdict == "no_difference"
    assert found.differences[0].values[0] == pytest.approx(found.differences[0].values[1])


def test_both_sides_show_data_parameters_and_metrics(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)), model_type="Ridge", model_params={"alpha": 1.0})
    columns = [{"name": "size", "kind": "numeric"}]
    publish(cloud, 2, write_rows(label_rows(300, right=0.8)), schema={"columns": columns}, refitted=True)

    first, second = compare(cloud).versions

    assert (first.version, first.model_type, first.model_params) == (1, "Ridge", {"alpha": 1.0})
    assert (first.file, first.rows, first.training_rows, first.holdout_rows) == ("iris.csv", 150, 120, 30)
    assert first.metrics["accuracy"] == 0.96667
    assert (second.columns, second.refitted) == ({"size": "numeric"}, True)


def test_a_missing_version_is_not_found(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.8)))

    with pytest.raises(errors.VersionNotFound):
        compare(cloud)


def test_predictions_that_were_replaced_are_not_read(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.6)))
    publish(cloud, 2, write_rows(label_rows(300, right=0.6)))
    cloud.artifacts.put(keys.artifact("iris", "j2", 1, keys.HOLDOUT_PREDICTIONS), write_rows(label_rows(300, right=1)))

    assert compare(cloud).verdict == "no_difference"


def test_a_manifest_that_was_not_sealed_is_rejected(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.6)))
    publish(cloud, 2, write_rows(label_rows(300, right=0.6)))
    body = cloud.artifacts.get(keys.manifest("iris", 2)).body
    cloud.artifacts.put(keys.manifest("iris", 2), body.replace(b'"attempt":1', b'"attempt":2'))

    with pytest.raises(errors.ArtifactRejected, match="not sealed"):
        compare(cloud)


def test_predictions_that_are_gone_are_rejected(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.6)))
    publish(cloud, 2, None, holdout_predictions={"key": "gone", "version_id": "1", "size": 1, "sha256": "0" * 64})

    with pytest.raises(errors.ArtifactRejected, match="missing"):
        compare(cloud)


def test_predictions_with_another_digest_are_rejected(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(300, right=0.6)))
    other = cloud.artifacts.put("other", write_rows(label_rows(300, right=1)))
    named = {"key": "other", "version_id": other.version_id, "size": other.size, "sha256": "0" * 64}
    publish(cloud, 2, None, holdout_predictions=named)

    with pytest.raises(errors.ArtifactRejected, match="digest"):
        compare(cloud)


def test_a_comparison_is_the_same_each_time(cloud: MemoryCloud) -> None:
    publish(cloud, 1, write_rows(label_rows(700, right=0.7, seed=1)))
    publish(cloud, 2, write_rows(label_rows(700, right=0.7, seed=2)))

    assert compare(cloud) == compare(cloud)
