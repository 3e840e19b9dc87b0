"""Two sweeps do not work at once; if they do all the same, every job and every upload is announced, and ends, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import SweepState
from mini_ml.errors import StorageUnavailable
from mini_ml.jobs import store, sweep
from tests.unit.workflows.story import Clock, lease_upload, load_upload, submit_training

Sweep = Callable[[float], None]


@pytest.fixture
def sweep_twice(cloud: MemoryCloud, clock: Clock) -> Sweep:
    """Return a function that sweeps and, at the first job, runs a second sweep some seconds after the start."""

    def run(seconds: float) -> None:
        def run_second(method: str, key: str) -> None:
            if key.startswith(keys.JOBS) and method == "get":
                cloud.artifacts.before = _pass
                clock.forward(seconds)
                sweep.sweep(cloud)

        cloud.artifacts.before = run_second
        sweep.sweep(cloud)

    return run


def _pass(method: str, key: str) -> None:
    """Do nothing before a call."""


def _lose_message(cloud: MemoryCloud, clock: Clock) -> None:
    """Submit a training whose message is lost, and let the time pass after which it is announced again."""
    submit_training(cloud)
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)


def test_a_sweep_returns_at_once_while_another_one_runs(
    cloud: MemoryCloud, clock: Clock, sweep_twice: Sweep, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    _lose_message(cloud, clock)

    sweep_twice(1)

    assert [record.message for record in caplog.records].count("sweep_skipped") == 1
    assert len(cloud.queues["train"].messages) == 1


def test_a_sweep_that_was_killed_stops_the_next_ones_until_its_timeout(cloud: MemoryCloud, clock: Clock) -> None:
    _lose_message(cloud, clock)
    cloud.artifacts.put(keys.SWEEP_STATE, SweepState(running_since=clock.at).model_dump_json().encode())

    announced = []
    for seconds in (cloud.stage.sweeper_timeout_seconds - 1, 1):
        clock.forward(seconds)
        sweep.sweep(cloud)
        announced.append(len(cloud.queues["train"].messages))

    assert announced == [0, 1]
    assert SweepState.model_validate_json(cloud.artifacts.get(keys.SWEEP_STATE).body).running_since is None


def test_a_note_from_the_future_does_not_stop_the_sweep(cloud: MemoryCloud, clock: Clock) -> None:
    _lose_message(cloud, clock)
    ahead = SweepState(running_since=clock.at + timedelta(hours=1))
    cloud.artifacts.put(keys.SWEEP_STATE, ahead.model_dump_json().encode())

    sweep.sweep(cloud)

    assert len(cloud.queues["train"].messages) == 1


def test_a_sweep_that_fails_lets_the_next_one_run(cloud: MemoryCloud, clock: Clock) -> None:
    def fail(method: str, key: str) -> None:
        if key.startswith(keys.JOBS) and method == "get":
            raise StorageUnavailable("The storage is away.")

    _lose_message(cloud, clock)
    cloud.artifacts.before = fail
    with pytest.raises(StorageUnavailable):
        sweep.sweep(cloud)
    cloud.artifacts.before = _pass

    sweep.sweep(cloud)

    assert len(cloud.queues["train"].messages) == 1


def test_sweeps_that_overlap_all_the_same_announce_a_lost_message_once(
    cloud: MemoryCloud, clock: Clock, sweep_twice: Sweep
) -> None:
    _lose_message(cloud, clock)

    sweep_twice(cloud.stage.sweeper_timeout_seconds + 1)

    assert len(cloud.queues["train"].messages) == 1


def test_sweeps_that_overlap_all_the_same_end_a_job_once(cloud: MemoryCloud, clock: Clock, sweep_twice: Sweep) -> None:
    job = submit_training(cloud)
    for _ in range(cloud.stage.attempts):
        lease_upload(cloud, load_upload(cloud, job))
        clock.forward(cloud.stage.lease_seconds + 1)
    versions_before = len(list(cloud.artifacts.list_versions(keys.job(job.job_id))))

    sweep_twice(cloud.stage.sweeper_timeout_seconds + 1)

    assert store.read(cloud, job.job_id).state == "failed"
    assert len(list(cloud.artifacts.list_versions(keys.job(job.job_id)))) == versions_before + 1


def test_a_sweep_that_was_overtaken_does_not_say_where_the_next_one_continues(
    cloud: MemoryCloud, clock: Clock, sweep_twice: Sweep
) -> None:
    _lose_message(cloud, clock)

    sweep_twice(cloud.stage.sweeper_timeout_seconds + 1)

    notes_and_end_of_the_second = 3
    assert len(list(cloud.artifacts.list_versions(keys.SWEEP_STATE))) == notes_and_end_of_the_second


def test_the_state_of_an_earlier_release_is_continued(cloud: MemoryCloud, clock: Clock) -> None:
    earlier = b'{"jobs_after": "", "uploads_after": null, "round_began": null, "seen_until": null}'
    cloud.artifacts.put(keys.SWEEP_STATE, earlier)
    _lose_message(cloud, clock)

    sweep.sweep(cloud)

    assert len(cloud.queues["train"].messages) == 1
