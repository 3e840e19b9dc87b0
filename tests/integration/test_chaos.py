"""Run 200 jobs with 50 killed workers, failing AWS calls and duplicate events: no job is lost, none runs twice."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from mini_ml import keys
from mini_ml.contracts import PredictResult
from mini_ml.jobs.job import Job
from mini_ml.registry import versions
from tests.fixtures import chaos_run
from tests.fixtures.chaos_run import all_jobs, job_id_of
from tests.fixtures.chaos_watcher import FAILURES, PLAN, ChaosWatcher
from tests.fixtures.load import Load, loads
from tests.fixtures.manual_platform import open_manual_platform
from tests.fixtures.platform import Platform, local_settings

SEED = int(os.environ.get("MINI_ML_CHAOS_SEED", "2026"))
OURS = {"worker_lost", "internal", "storage_unavailable", "timed_out"}


@dataclass(frozen=True)
class Aftermath:
    """State of the platform after the chaos run."""

    watcher: ChaosWatcher
    job_ids: dict[str, Load]
    """Every upload by the id of its job."""
    ended: dict[str, Job]
    """Every job at the end of the chaos run."""
    retried: dict[str, Job]
    """Every job after the failed ones were retried without injected failures."""
    platform: Platform


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """The platform after the chaos run."""
    folder, lot, watcher = tmp_path_factory.mktemp("chaos"), Random(SEED), ChaosWatcher(SEED)
    with open_manual_platform(local_settings(folder / "state", stage="test")) as cloud:
        cloud.start_services()
        platform = cloud.platform
        chaos_run.train_base(platform, folder / "work", lot)
        job_ids = {job_id_of(chaos_run.put_upload(platform, load)): load for load in loads(lot)}
        events = chaos_run.double_and_shuffle(platform, lot)
        with chaos_run.start_chaos(cloud, watcher) as run:
            run.run_until(lambda: _count_jobs(platform) > len(job_ids) and not _has_open_jobs(platform))
            ended = all_jobs(platform)
            watcher.faulty = False
            _retry_failed(platform, job_ids, ended)
            run.run_until(lambda: not _has_open_jobs(platform))
        print(f"\nseed {SEED}, events {events}, kills {dict(watcher.kills)}, failures {dict(watcher.failures)}")
        print(f"states {Counter(job.state for job in ended.values())}, attempts {_attempts(ended)}")
        yield Aftermath(watcher, job_ids, ended, all_jobs(platform), platform)


def _count_jobs(platform: Platform) -> int:
    return len(list(platform.cloud.artifacts.list_keys(keys.JOBS_BY_TIME)))


def _has_open_jobs(platform: Platform) -> bool:
    return next(iter(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS, limit=1)), None) is not None


def _retry_failed(platform: Platform, job_ids: dict[str, Load], found: dict[str, Job]) -> None:
    lost = [job_id for job_id, load in job_ids.items() if found[job_id].state == "failed" and not load.broken]
    with platform.http() as http:
        assert [http.post(f"/jobs/{job_id}/retry").status_code for job_id in lost] == [202] * len(lost)


def _attempts(found: dict[str, Job]) -> dict[int, int]:
    return dict(sorted(Counter(job.attempt for job in found.values()).items()))


def _kinds(aftermath: Aftermath, kind: str) -> list[Job]:
    ours = [aftermath.retried[job_id] for job_id, load in aftermath.job_ids.items() if not load.broken]
    return [job for job in ours if job.kind == kind]


def test_fifty_workers_were_killed_and_at_least_ten_in_each_main_phase(aftermath: Aftermath) -> None:
    assert sum(aftermath.watcher.kills.values()) >= 50
    assert {phase: aftermath.watcher.kills[phase] for phase in PLAN} == PLAN
    assert min(PLAN["before the artifact"], PLAN["artifact to manifest"], PLAN["result"]) >= 10


def test_every_kind_of_failure_was_injected(aftermath: Aftermath) -> None:
    assert set(aftermath.watcher.failures) == set(FAILURES)


def test_every_job_ended_and_none_was_created_twice(aftermath: Aftermath) -> None:
    assert len(aftermath.job_ids) == 200
    assert set(aftermath.ended) >= set(aftermath.job_ids)
    assert len(aftermath.ended) == len(aftermath.job_ids) + 1
    assert [job.job_id for job in aftermath.ended.values() if job.is_open or job.lease] == []


def test_a_job_fails_only_on_invalid_input_or_after_its_last_attempt(aftermath: Aftermath) -> None:
    failed = [aftermath.ended[job_id] for job_id, load in aftermath.job_ids.items() if not load.broken]
    given_up = {(job.failure.code in OURS, job.attempt >= 3) for job in failed if job.failure is not None}

    assert given_up <= {(True, True)}
    assert {aftermath.ended[job_id].state for job_id, load in aftermath.job_ids.items() if load.broken} == {"failed"}


def test_failed_jobs_succeed_when_they_are_retried(aftermath: Aftermath) -> None:
    ended = {job_id: aftermath.retried[job_id].state == "failed" for job_id in aftermath.job_ids}

    assert ended == {job_id: load.broken for job_id, load in aftermath.job_ids.items()}


def test_the_versions_of_every_model_have_no_gaps_and_no_duplicates(aftermath: Aftermath) -> None:
    store = aftermath.platform.cloud.artifacts
    trained = _kinds(aftermath, "train")
    for model_name in {job.model_name or "" for job in trained}:
        listed = list(store.list_keys(keys.versions(model_name)))
        jobs_of = [versions.load_manifest(store, model_name, number).job_id for number in range(1, len(listed) + 1)]
        expected = {job.version: job.job_id for job in trained if job.model_name == model_name}

        assert listed == [keys.manifest(model_name, number) for number in range(1, len(listed) + 1)]
        assert dict(enumerate(jobs_of, start=1)) == expected


def test_every_prediction_file_is_complete_with_its_rows_in_order(aftermath: Aftermath) -> None:
    scored = _kinds(aftermath, "predict")
    wrong = [job.job_id for job in scored if not _is_complete(aftermath, job)]

    assert len(scored) == 90
    assert wrong == []


def _is_complete(aftermath: Aftermath, job: Job) -> bool:
    assert isinstance(job.result, PredictResult)
    output = aftermath.platform.cloud.artifacts.get(job.result.output_key).body.splitlines()
    rows = aftermath.job_ids[job.job_id].body.splitlines()
    paired = zip(rows, output, strict=False)
    return len(output) == len(rows) == job.result.rows + 1 and all(line.startswith(row + b",") for row, line in paired)


def test_every_visible_result_belongs_to_a_succeeded_job(aftermath: Aftermath) -> None:
    succeeded = {job.job_id for job in aftermath.retried.values() if job.state == "succeeded"}
    results = {key.split("/")[3] for key in aftermath.platform.cloud.artifacts.list_keys("predictions/")}
    models = {
        versions.load_manifest(aftermath.platform.cloud.artifacts, name, number).job_id
        for name in aftermath.platform.cloud.artifacts.list_folders(keys.MODELS)
        for number in range(1, versions.find_newest(aftermath.platform.cloud.artifacts, name) + 1)
    }

    assert results | models == succeeded
