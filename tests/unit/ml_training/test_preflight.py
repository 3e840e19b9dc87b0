"""A job that cannot finish within its function is rejected before it starts, with what would fit."""

import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from mini_ml.errors import LimitExceeded
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.estimates.preflight import DatasetFootprint, JobEstimate, check_estimate
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.scoring.batch_preflight import BatchEstimate, check_batch, row_nanoseconds
from mini_ml.ml.scoring.score import Sizes, score_csv
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import MIB, STAGES, Limits, Stage
from tests.docs.pages import ROOT
from tests.unit.ml_training.tables import train_on, write

DEV = STAGES["dev"]
COUNTING = "\n".join(["a,b,y", *(f"{n * 37 % 101},{n * n % 89},{n % 7 * 3 + n % 5}" for n in range(400))])


def plan(
    model_type: str, rows: int, width: int, labels: tuple[str, ...] | None = ("a", "b"), **params: JsonValue
) -> JobEstimate:
    """Return a training of a table that was never made."""
    matrix = MatrixShape(rows=rows, width=width, labels=labels)
    built = build(model_type, params, shape=matrix, seed=0)
    read = DatasetFootprint(cells=rows * width, bytes=rows * width * 30)
    return JobEstimate(model_type=model_type, params=built.params, shape=matrix, footprint=read)


def rejection_of(work: JobEstimate, limits: Limits) -> LimitExceeded:
    """Return the rejection of a training."""
    with pytest.raises(LimitExceeded) as caught:
        check_estimate(work, limits)
    return caught.value


def test_a_function_with_more_memory_accepts_larger_jobs() -> None:
    work = plan("LogisticRegression", rows=1_000_000, width=50)

    assert rejection_of(work, DEV.training_limits).issues[0].limit == "estimated_memory_mib"
    check_estimate(work, DEV.with_memory(8192).training_limits)


def test_a_function_with_less_than_one_core_counts_proportionally_less_time() -> None:
    half = Stage(name="half", trainer_memory_mib=884, trainer_timeout_seconds=900)

    assert half.training_limits.estimated_seconds == pytest.approx(DEV.training_limits.estimated_seconds / 2, abs=1)


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_an_estimate_leaves_a_reserve_of_time_and_memory(stage: Stage) -> None:
    pairs = [
        (stage.training_limits, stage.trainer_timeout_seconds, stage.trainer_memory_mib),
        (stage.batch_limits, stage.batch_timeout_seconds, stage.batch_memory_mib),
    ]

    assert all(0 < limits.estimated_seconds <= 0.67 * seconds for limits, seconds, _ in pairs)
    assert all(0 < limits.estimated_memory_mib <= 0.85 * memory for limits, _, memory in pairs)


def test_a_job_that_takes_too_long_is_rejected_with_the_rows_trees_and_types_that_fit() -> None:
    roomy = replace(DEV.training_limits, estimated_memory_mib=99_999)

    [issue] = rejection_of(plan("RandomForestClassifier", rows=2_000_000, width=20), roomy).issues

    assert (issue.limit, issue.parameter) == ("estimated_seconds", "model_params")
    assert re.search(r"at most [\d,]+ training rows", str(issue.hint))
    assert re.search(r"`n_estimators` of at most [\d,]+", str(issue.hint))
    assert "HistGradientBoostingClassifier" in str(issue.hint)


def test_a_job_that_takes_too_much_memory_is_rejected_with_the_memory_it_needs() -> None:
    work = plan("LinearDiscriminantAnalysis", rows=600_000, width=60)

    needed = re.search(
        r"a stage whose function may take ([\d,]+) MiB", str(rejection_of(work, DEV.training_limits).issues)
    )

    assert needed is not None
    check_estimate(work, replace(DEV.training_limits, estimated_memory_mib=int(needed[1].replace(",", ""))))


@settings(max_examples=40, deadline=None)
@given(
    model_type=st.sampled_from(
        [
            "RandomForestClassifier",
            "SVC",
            "GradientBoostingClassifier",
            "MLPClassifier",
            "QuadraticDiscriminantAnalysis",
        ]
    ),
    rows=st.integers(2_000, 2_000_000),
    width=st.integers(2, 500),
)
def test_the_number_of_rows_that_a_rejection_suggests_is_accepted(model_type: str, rows: int, width: int) -> None:
    work, limits = plan(model_type, rows, width), replace(DEV.training_limits, artifact_bytes=10**12)
    try:
        check_estimate(work, limits)
    except LimitExceeded as caught:
        named = re.search(r"at most ([\d,]+) training rows", str(caught.issues[0].hint))
        if named:
            check_estimate(work.of_rows(int(named[1].replace(",", ""))), limits)


def test_the_parameter_that_a_rejection_suggests_is_accepted() -> None:
    limits = replace(DEV.training_limits, artifact_bytes=10**12)
    named = re.search(
        r"`n_estimators` of at most ([\d,]+)",
        str(rejection_of(plan("RandomForestClassifier", 900_000, 20), limits).issues),
    )

    assert named is not None
    check_estimate(plan("RandomForestClassifier", 900_000, 20, n_estimators=int(named[1].replace(",", ""))), limits)


def test_more_classes_are_more_work_for_trees() -> None:
    few, many = (
        plan("RandomForestClassifier", 20_000, 20, labels) for labels in (("a", "b"), tuple(map(str, range(200))))
    )

    assert many.seconds > 5 * few.seconds
    assert many.memory_mib > few.memory_mib


def test_a_file_whose_table_does_not_fit_into_memory_is_rejected_while_it_is_read() -> None:
    csv = ("a,b,y\n" + "1,2,3\n" * 400_000).encode()
    reading = BytesIO(csv)

    with pytest.raises(LimitExceeded) as caught:
        read_table_from(reading, Limits(estimated_memory_mib=230), size=len(csv))

    assert caught.value.issues[0].limit == "estimated_memory_mib"
    assert reading.tell() < len(csv)


def test_a_training_is_rejected_before_its_matrix_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mini_ml.ml.encoding.features.Encoder.transform", lambda *_: pytest.fail("it began to work"))

    with pytest.raises(LimitExceeded):
        train_on(write(tmp_path / "t.csv", COUNTING), "Ridge", limits=Limits(estimated_seconds=0))


@pytest.mark.parametrize(
    "case",
    [
        ("GaussianNB", 60_000, 20),
        ("KernelRidge", 4_000, 5),
        ("HistGradientBoostingClassifier", 60_000, 20),
        ("RandomForestRegressor", 16_000, 5),
    ],
    ids=str,
)
def test_the_peak_memory_of_a_training_is_close_to_and_below_its_estimate(case: tuple[str, int, int]) -> None:
    command = [sys.executable, "-m", "bench.memory", *map(str, case)]

    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert 1.0 <= float(printed.split()[-1]) <= 3.0, printed


# ---------------------------------------------------------------- batches


def batch(rows: int, **more: int) -> BatchEstimate:
    """Return a batch of three columns."""
    return BatchEstimate(
        **{"rows": rows, "columns": 3, "part_rows": 1_000, "part_bytes": 50_000, "model_bytes": MIB, **more}
    )


def test_a_batch_that_takes_too_long_is_rejected_with_the_rows_that_fit(tmp_path: Path) -> None:
    model = train_on(write(tmp_path / "t.csv", COUNTING), "KNeighborsRegressor").model
    limits = DEV.batch_limits
    most = int(limits.estimated_seconds * 1e9 / row_nanoseconds(model, 3))

    check_batch(model, batch(most - 1), limits)
    with pytest.raises(LimitExceeded, match="an estimated") as caught:
        check_batch(model, batch(most + most // 100), limits)

    assert caught.value.issues[0].limit == "estimated_seconds"
    assert re.search(r"at most [\d,]+ rows", str(caught.value.issues[0].hint))


def test_a_model_that_does_not_fit_into_memory_is_rejected_before_it_scores(tmp_path: Path) -> None:
    model = train_on(write(tmp_path / "t.csv", COUNTING), "Ridge").model

    check_batch(model, batch(10, model_bytes=400 * MIB), DEV.batch_limits)
    with pytest.raises(LimitExceeded) as caught:
        check_batch(model, batch(10, model_bytes=4_000 * MIB), DEV.batch_limits)

    assert caught.value.issues[0].limit == "estimated_memory_mib"


def test_deeper_and_more_trees_take_longer_to_score(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", COUNTING)
    few, many = (train_on(path, "RandomForestRegressor", params={"n_estimators": n}).model for n in (5, 50))

    assert row_nanoseconds(many, 3) > 5 * row_nanoseconds(few, 3)


def test_a_batch_is_rejected_after_its_first_rows(tmp_path: Path) -> None:
    model = train_on(write(tmp_path / "t.csv", COUNTING), "Ridge").model
    limits, csv = Limits(estimated_seconds=1), b"a,b\n" + b"1,2\n" * 50

    def score(file_bytes: int) -> bytes:
        sizes = Sizes(file_bytes=file_bytes, model_bytes=1000)
        return b"".join(score_csv(model, BytesIO(csv), limits=limits, tally=Tally(), sizes=sizes))

    assert score(len(csv)).count(b"\n") == 51
    with pytest.raises(LimitExceeded, match=r"Scoring about [\d,]+ rows"):
        score(200 * MIB)


@pytest.mark.parametrize("model_type", ["KernelRidge", "GaussianProcessRegressor"])
def test_models_that_compare_with_all_training_rows_score_a_few_rows_at_a_time(model_type: str, tmp_path: Path) -> None:
    model = train_on(write(tmp_path / "t.csv", COUNTING), model_type).model
    frame = model.reader.parse(read_table_from(BytesIO(("a,b,y\n" + "1,2,3\n5,8,1\n" * 1500).encode()), Limits()))

    values = np.array(model.predict(frame).values)

    assert len(values) == 3000
    assert np.allclose(values, np.tile(np.array(model.predict(frame.take(slice(2))).values), 1500), rtol=1e-9)
