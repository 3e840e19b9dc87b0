"""Two hundred jobs, fifty killed workers, an unreliable AWS, every event twice: nothing is lost, nothing is doubled."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from mini_ml import keys
from mini_ml.contracts import Job, PredictResult
from mini_ml.registry import versions
from tests.fixtures import chaos_run
from tests.fixtures.chaos_run import all_jobs, job_id_of
from tests.fixtures.hand_run import hand_run
from tests.fixtures.killer import FAULTS, PLAN, Killer
from tests.fixtures.load import Load, loads
from tests.fixtures.platform import Platform, local_settings

SEED = int(os.environ.get("MINI_ML_CHAOS_SEED", "2026"))
OURS = {"worker_lost", "internal", "storage_unavailable", "timed_out"}


@dataclass(frozen=True)
class Aftermath:
    """What was found when the storm was over."""

    killer: Killer
    wanted: dict[str, Load]
    """Every upload by the id of its job."""
    stormy: dict[str, Job]
    """Every job as the storm left it."""
    retried: dict[str, Job]
    """Every job once those that had failed were retried in calm weather."""
    platform: Platform


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """A cloud that has been through it."""
    folder, lot, killer = tmp_path_factory.mktemp("chaos"), Random(SEED), Killer(SEED)
    with hand_run(local_settings(folder / "state", stage="test")) as cloud:
        cloud.start_services()
        platform = cloud.platform
        chaos_run.train_base(platform, folder / "work", lot)
        wanted = {job_id_of(chaos_run.put(platform, load)): load for load in loads(lot)}
        events = chaos_run.double_and_shuffle(platform, lot)
        with chaos_run.storm(cloud, killer) as out:
            out.until(lambda: _made(platform) > len(wanted) and not _open(platform))
            stormy = all_jobs(platform)
            killer.faulty = False
            _retry_failed(platform, wanted, stormy)
            out.until(lambda: not _open(platform))
        print(f"\nseed {SEED}, events {events}, kills {dict(killer.kills)}, faults {dict(killer.faults)}")
        print(f"states {Counter(job.state for job in stormy.values())}, attempts {_attempts(stormy)}")
        yield Aftermath(killer, wanted, stormy, all_jobs(platform), platform)


def _made(platform: Platform) -> int:
    return len(list(platform.cloud.artifacts.list_keys(keys.JOBS_BY_TIME)))


def _open(platform: Platform) -> bool:
    return next(iter(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS, limit=1)), None) is not None


def _retry_failed(platform: Platform, wanted: dict[str, Load], found: dict[str, Job]) -> None:
    lost = [job_id for job_id, load in wanted.items() if found[job_id].state == "failed" and not load.broken]
    with platform.http() as http:
        assert [http.post(f"/jobs/{job_id}/retry").status_code for job_id in lost] == [202] * len(lost)


def _attempts(found: dict[str, Job]) -> dict[int, int]:
    return dict(sorted(Counter(job.attempt for job in found.values()).items()))


def _kinds(aftermath: Aftermath, kind: str) -> list[Job]:
    ours = [aftermath.retried[job_id] for job_id, load in aftermath.wanted.items() if not load.broken]
    return [job for job in ours if job.kind == kind]


def test_fifty_workers_were_killed_ten_and_more_in_each_phase(aftermath: Aftermath) -> None:
    assert sum(aftermath.killer.kills.values()) >= 50
    assert {phase: aftermath.killer.kills[phase] for phase in PLAN} == PLAN
    assert min(PLAN["before the artifact"], PLAN["artifact to manifest"], PLAN["result"]) >= 10


def test_every_kind_of_fault_befell_some_call(aftermath: Aftermath) -> None:
    assert set(aftermath.killer.faults) == set(FAULTS)


def test_every_job_ended_and_none_was_made_twice(aftermath: Aftermath) -> None:
    assert len(aftermath.wanted) == 200
    assert set(aftermath.stormy) >= set(aftermath.wanted)
    assert len(aftermath.stormy) == len(aftermath.wanted) + 1
    assert [job.job_id for job in aftermath.stormy.values() if job.is_open or job.lease] == []


def test_a_job_fails_only_by_its_uploaders_fault_or_with_all_its_attempts_used_up(aftermath: Aftermath) -> None:
    failed = [aftermath.stormy[job_id] for job_id, load in aftermath.wanted.items() if not load.broken]
    given_up = {(job.failure.code in OURS, job.attempt >= 3) for job in failed if job.failure is not None}

    assert given_up <= {(True, True)}
    assert {aftermath.stormy[job_id].state for job_id, load in aftermath.wanted.items() if load.broken} == {"failed"}


def test_what_had_failed_succeeds_when_it_is_retried(aftermath: Aftermath) -> None:
    ended = {job_id: aftermath.retried[job_id].state == "failed" for job_id in aftermath.wanted}

    assert ended == {job_id: load.broken for job_id, load in aftermath.wanted.items()}


def test_the_versions_of_every_model_have_no_gap_and_no_double(aftermath: Aftermath) -> None:
    store = aftermath.platform.cloud.artifacts
    trained = _kinds(aftermath, "train")
    for model_name in {job.model_name or "" for job in trained}:
        listed = list(store.list_keys(keys.versions(model_name)))
        jobs_of = [versions.load_manifest(store, model_name, number).job_id for number in range(1, len(listed) + 1)]
        told = {job.version: job.job_id for job in trained if job.model_name == model_name}

        assert listed == [keys.manifest(model_name, number) for number in range(1, len(listed) + 1)]
        assert dict(enumerate(jobs_of, start=1)) == told


def test_every_prediction_file_is_complete_with_its_rows_in_order(aftermath: Aftermath) -> None:
    scored = _kinds(aftermath, "predict")
    wrong = [job.job_id for job in scored if not _is_complete(aftermath, job)]

    assert len(scored) == 90
    assert wrong == []


def _is_complete(aftermath: Aftermath, job: Job) -> bool:
    assert isinstance(job.result, PredictResult)
    output = aftermath.platform.cloud.artifacts.get(job.result.output_key).body.splitlines()
    rows = aftermath.wanted[job.job_id].body.splitlines()
    paired = zip(rows, output, strict=False)
    return len(output) == len(rows) == job.result.rows + 1 and all(line.startswith(row + b",") for row, line in paired)


def test_nothing_is_visible_that_no_job_tells_of(aftermath: Aftermath) -> None:
    succeeded = {job.job_id for job in aftermath.retried.values() if job.state == "succeeded"}
    results = {key.split("/")[3] for key in aftermath.platform.cloud.artifacts.list_keys("predictions/")}
    models = {
        versions.load_manifest(aftermath.platform.cloud.artifacts, name, number).job_id
        for name in versions.list_model_names(aftermath.platform.cloud.artifacts)
        for number in range(1, versions.find_newest(aftermath.platform.cloud.artifacts, name) + 1)
    }

    assert results | models == succeeded
