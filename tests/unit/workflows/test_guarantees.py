"""Guarantees of docs/guarantees.md that span several steps of a job."""

from contextlib import suppress
from io import BufferedRandom
from pathlib import Path

import pytest

from mini_ml import keys
from mini_ml.errors import ArtifactRejected
from mini_ml.jobs.job import Job
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store
from mini_ml.registry import versions
from mini_ml.registry.alias_moves import move_alias
from mini_ml.registry.sealing import seal
from mini_ml.workflows.model_cache import ModelCache
from tests.unit.workflows.memory_platform import Killed, MemoryPlatform
from tests.unit.workflows.test_train import WRITES_OF_A_TRAINING


def _list_versions(platform: MemoryPlatform, prefix: str) -> dict[str, tuple[str | None, ...]]:
    """Return the S3 versions of every object below a prefix."""
    found: dict[str, tuple[str | None, ...]] = {}
    for head in platform.cloud.artifacts.list_versions(prefix):
        found[head.key] = (*found.get(head.key, ()), head.version_id)
    return found


def _let_time_run_out(platform: MemoryPlatform) -> None:
    """Let the function's time be over as soon as the worker reads the upload."""

    def too_late(method: str, key: str) -> None:
        if method in ("download", "open"):
            platform.clock.forward(platform.cloud.stage.trainer_timeout_seconds)
            platform.cloud.every.tick()

    platform.cloud.uploads.before = too_late


def _code(job: Job) -> str | None:
    return job.failure.code if job.failure else None


def test_a_visible_version_never_changes(platform: MemoryPlatform) -> None:
    platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    folders = ("models/shop/versions/000001", manifest.artifact.key.rpartition("/")[0])
    before = [_list_versions(platform, folder) for folder in folders]

    platform.train()
    platform.train(target_column="nothing")
    move_alias(platform.cloud, "shop", "champion", 1, moved_by="tests")
    platform.score("predict/shop@1/new.csv")
    platform.recover()

    assert [_list_versions(platform, folder) for folder in folders] == before
    assert all(len(versions) == 1 for stored in before for versions in stored.values())


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES_OF_A_TRAINING + 1))
def test_a_version_is_visible_only_when_it_can_be_served(platform: MemoryPlatform, write: int, before: bool) -> None:
    platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.kill_at(write, before=before)
    with suppress(Killed):
        platform.work()

    model_cache = ModelCache(platform.cloud, workdir=platform.workdir)
    visible = len(list(platform.cloud.artifacts.list_keys(keys.versions("shop"))))

    assert [model_cache.version("shop", number).manifest.version for number in range(1, visible + 1)] == [1][:visible]


def test_a_duplicate_event_of_a_batch_gives_one_result(platform: MemoryPlatform) -> None:
    platform.train()
    upload = platform.put("predict/shop/new.csv")
    platform.cloud.queues["predict"].messages.append(upload)
    platform.work()

    written = _list_versions(platform, "predictions/")

    assert sorted(key.rpartition("/")[2] for key in written) == ["new.csv", "summary.json"]
    assert all(len(versions) == 1 for versions in written.values())
    assert platform.job_of(upload).attempt == 1


def test_a_training_that_runs_out_of_time_leaves_no_version_and_no_lease(platform: MemoryPlatform) -> None:
    _let_time_run_out(platform)

    job = platform.train()

    assert (job.state, _code(job), job.lease) == ("failed", "timed_out", None)
    assert list(platform.cloud.artifacts.list_keys("models/")) == []
    assert list(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


def test_a_batch_that_runs_out_of_time_leaves_no_output_and_no_lease(platform: MemoryPlatform) -> None:
    platform.train()
    _let_time_run_out(platform)

    job = platform.score("predict/shop/new.csv")

    assert (job.state, _code(job), job.lease) == ("failed", "timed_out", None)
    assert list(platform.cloud.artifacts.list_keys("predictions/")) == []
    assert list(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


def test_a_plan_whose_digest_differs_is_never_read(platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    assert manifest.plan
    other = manifest.model_copy(update={"plan": manifest.plan.model_copy(update={"sha256": "0" * 64})})
    platform.cloud.artifacts.put(keys.manifest("shop", 1), seal(platform.cloud, other))
    monkeypatch.setattr(store, "load", lambda file: pytest.fail("it was read"))

    with pytest.raises(ArtifactRejected, match="digest"):
        ModelCache(platform.cloud, workdir=platform.workdir).model("shop", "1")


def test_an_artifact_whose_digest_differs_is_never_unpickled(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    other = manifest.model_copy(update={"artifact": manifest.artifact.model_copy(update={"sha256": "0" * 64})})
    platform.cloud.artifacts.put(keys.manifest("shop", 1), seal(platform.cloud, other))
    monkeypatch.setattr(artifact, "load", lambda path: pytest.fail("it was unpickled"))

    with pytest.raises(ArtifactRejected, match="digest"):
        ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1)


def test_a_verified_file_has_no_name_under_which_it_could_be_replaced(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    platform.train()
    workdir, seen, load = tmp_path / "empty", list[Path](), artifact.load
    workdir.mkdir()

    def load_and_record(file: BufferedRandom) -> FittedModel:
        seen.extend(workdir.iterdir())
        return load(file)

    monkeypatch.setattr(artifact, "load", load_and_record)

    served = ModelCache(platform.cloud, workdir=workdir).version("shop", 1)

    assert served.manifest.version == 1
    assert seen == []
