"""The list of the rows that could not be read, beside a model file or the output of a batch."""

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import FileReport, TrainResult, UnsealedManifest
from mini_ml.jobs import outcome
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.workflows.publish import publish_version
from mini_ml.workflows.rejects import store_rejects
from tests.unit.workflows.story import START, build_manifest, lease_upload, load_upload, submit_training

ROWS = [BadRow(line=3, reason="6 cells, but the header has 5"), BadRow(line=9, reason="a quote has no end")]


def test_bad_rows_are_listed_with_line_and_reason(cloud: MemoryCloud) -> None:
    key = store_rejects(cloud.artifacts, "a/rejects.csv", ROWS)

    assert key == "a/rejects.csv"
    assert cloud.artifacts.get(key).body == b'line,reason\n3,"6 cells, but the header has 5"\n9,a quote has no end\n'


def test_nothing_is_stored_if_every_row_could_be_read(cloud: MemoryCloud) -> None:
    assert store_rejects(cloud.artifacts, "a/rejects.csv", []) is None
    assert list(cloud.artifacts.list_keys("")) == []


def test_an_attempt_that_stores_the_list_again_changes_nothing(cloud: MemoryCloud) -> None:
    store_rejects(cloud.artifacts, "a/rejects.csv", ROWS)
    first = cloud.artifacts.get("a/rejects.csv").head

    store_rejects(cloud.artifacts, "a/rejects.csv", ROWS)

    assert cloud.artifacts.get("a/rejects.csv").head == first


def _publish(cloud: MemoryCloud, file: FileReport | None) -> TrainResult:
    """Return the result of a training that read its file in this way."""
    job = submit_training(cloud)
    lease = lease_upload(cloud, load_upload(cloud, job))

    def describe(*, version: int, superseded: bool) -> UnsealedManifest:
        made = build_manifest(lease.job, START, version=version, superseded=superseded)
        return made.model_copy(update={"file": file})

    return outcome.build_train_result(cloud, publish_version(cloud, lease, "iris", START, describe))


def test_the_result_of_a_training_names_the_list_that_its_attempt_stored(cloud: MemoryCloud) -> None:
    result = _publish(cloud, FileReport(bad_rows=2))

    job_id = result.rejects_key.split("/")[3] if result.rejects_key else ""
    assert result.rejects_key == keys.artifact("iris", job_id, 1, "rejects.csv")
    assert result.rejects_uri == f"s3://{cloud.artifacts.bucket}/{result.rejects_key}"
    assert f"/{job_id}/" in result.model_uri


@pytest.mark.parametrize("file", [None, FileReport(), FileReport(padded_rows=3)])
def test_the_result_of_a_training_that_read_every_row_names_no_list(
    cloud: MemoryCloud, file: FileReport | None
) -> None:
    result = _publish(cloud, file)

    assert (result.rejects_key, result.rejects_uri) == (None, None)
