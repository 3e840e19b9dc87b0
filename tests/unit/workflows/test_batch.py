"""A batch from its upload to its output, by one pinned version."""

import io
import json
from contextlib import nullcontext, suppress

import pytest

from mini_ml import keys
from mini_ml.contracts import BatchSummary, PredictOptions, PredictResult
from mini_ml.errors import ArtifactRejected
from mini_ml.jobs import store, submit
from mini_ml.registry import aliases, versions
from mini_ml.registry.alias_moves import move_alias
from mini_ml.workflows.model_cache import ModelCache
from tests.unit.workflows.memory_platform import ROWS, Killed, MemoryPlatform, unpack

WRITES_OF_A_BATCH = 9


@pytest.fixture(autouse=True)
def _trained(platform: MemoryPlatform) -> None:
    platform.train()


def test_the_output_is_the_rows_with_a_prediction_appended(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv")
    output = platform.cloud.artifacts.get(keys.prediction("shop", 1, job.job_id, "new.csv")).body
    lines = zip(ROWS.splitlines(), output.splitlines(), strict=True)
    assert all(scored.startswith(row + b",") for row, scored in lines)
    assert output.startswith(b"size,colour,price,prediction\n")


def test_the_summary_lies_beside_the_output(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv", b"size,colour\n7,green\n,red\n")
    stored = platform.cloud.artifacts.get(keys.prediction("shop", 1, job.job_id, "summary.json"))
    summary = BatchSummary.model_validate_json(stored.body)
    assert (summary.rows, summary.missing, summary.unseen) == (2, {"size": 1}, {"colour": {"green": 1}})


def test_a_model_that_is_too_large_once_it_is_decompressed_is_refused(platform: MemoryPlatform) -> None:
    unpack(platform, 1, size=2 * 1024**3)
    job = platform.score("predict/shop/new.csv")

    assert (job.state, job.failure and job.failure.code) == ("failed", "limit_exceeded")
    assert job.failure
    assert [fault.limit for fault in job.failure.errors] == ["estimated_memory_mib"]


def test_progress_is_written_while_the_rows_are_scored(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"size,colour\n" + b"7,red\n" * 700_000
    upload = platform.put("predict/shop/new.csv", body)
    written: list[int] = []

    class Ticking(io.BytesIO):
        """The upload, each read of which takes as long as it is to the next heartbeat."""

        def read(self, size: int | None = -1) -> bytes:
            platform.cloud.every.tick()
            written.append(platform.job_of(upload).progress.bytes_done)
            return super().read(size)

    monkeypatch.setattr(platform.cloud.uploads, "open", lambda key, version_id: nullcontext(Ticking(body)))
    platform.work()

    assert 0 < written[-1] < len(body)
    assert written == sorted(written)
    assert platform.job_of(upload).progress.rows_done == 700_000


def test_the_version_is_resolved_once_with_the_first_lease(platform: MemoryPlatform) -> None:
    upload = platform.put("predict/shop/new.csv")
    platform.kill_at(4, before=False)
    with suppress(Killed):
        platform.work()
    platform.cloud.artifacts.after = lambda method, key: None
    platform.train()
    platform.recover()
    assert aliases.resolve(platform.cloud.artifacts, "shop", "latest") == 2
    assert platform.job_of(upload).version == 1


def test_an_alias_picks_the_version(platform: MemoryPlatform) -> None:
    platform.train()
    move_alias(platform.cloud, "shop", "champion", 1, moved_by="tests")
    assert platform.score("predict/shop@champion/new.csv").version == 1
    assert platform.score("predict/shop@2/new.csv").version == 2


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("predict/none/a.csv", "model_not_found"),
        ("predict/shop@9/a.csv", "version_not_found"),
        ("predict/shop@nobody/a.csv", "alias_not_found"),
    ],
)
def test_a_model_that_is_not_there_fails_the_job(platform: MemoryPlatform, key: str, code: str) -> None:
    job = platform.score(key)
    assert (job.state, job.failure and job.failure.code) == ("failed", code)


def test_rows_that_do_not_fit_leave_no_output(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv", b"size,price\n1,2\n")
    assert (job.state, job.failure and job.failure.code) == ("failed", "schema_mismatch")
    assert list(platform.cloud.artifacts.list_keys("predictions/")) == []


def test_predictions_are_given_inline_only_to_who_submitted_by_http(platform: MemoryPlatform) -> None:
    options = PredictOptions()
    asked = submit.submit_predict(platform.cloud, model_name="shop", options=options, filename="a.csv", body=ROWS)
    platform.work()
    result = store.read(platform.cloud, asked.job_id).result
    assert isinstance(result, PredictResult)
    assert result.predictions_key is not None
    assert len(json.loads(platform.cloud.artifacts.get(result.predictions_key).body)) == result.rows
    silent = platform.score("predict/shop/new.csv").result
    assert isinstance(silent, PredictResult)
    assert silent.predictions_key is None


def test_output_never_triggers_input(platform: MemoryPlatform) -> None:
    platform.score("predict/shop/new.csv")
    assert keys.match_upload(next(platform.cloud.artifacts.list_keys("predictions/"))) is None
    assert platform.cloud.uploads.bucket != platform.cloud.artifacts.bucket


def test_an_artifact_that_was_exchanged_is_not_loaded(platform: MemoryPlatform) -> None:
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    forged = manifest.model_copy(update={"artifact": manifest.artifact.model_copy(update={"sha256": "0" * 64})})
    platform.cloud.artifacts.put(keys.manifest("shop", 1), forged.model_dump_json().encode())
    with pytest.raises(ArtifactRejected):
        ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1)


def test_the_batch_makes_as_many_writes_as_the_kill_tests_count(platform: MemoryPlatform) -> None:
    assert platform.count_writes(lambda: platform.score("predict/shop/new.csv")) == WRITES_OF_A_BATCH


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES_OF_A_BATCH + 1))
def test_a_kill_at_any_write_gives_one_result_all_the_same(platform: MemoryPlatform, write: int, before: bool) -> None:
    upload = platform.put("predict/shop/new.csv")
    platform.kill_at(write, before=before)
    with suppress(Killed):
        platform.work()
    platform.recover()
    assert platform.job_of(upload).state == "succeeded"
    assert len(list(platform.cloud.artifacts.list_keys("predictions/"))) == 2
    assert {(event.type, event.kind) for event in platform.cloud.events.events[1:]} == {("job.succeeded", "predict")}
