"""The end of a job sends an event, at least once, and never fails because of it."""

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from mini_ml import keys
from mini_ml.adapters.http.answering.views import job_view
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.adapters.memory.object_store import no_hook
from mini_ml.contracts import JobEvent
from mini_ml.errors import EventNotSent, EventRejected, LeaseLost, UnknownColumn
from mini_ml.jobs import control, intake, store, sweep
from mini_ml.jobs.end_events import MAX_AGE
from mini_ml.jobs.job import Job
from mini_ml.topology.metrics import EVENTS
from tests.fixtures.recorded_metrics import recorded
from tests.unit.workflows.memory_platform import Killed
from tests.unit.workflows.story import Clock, Publisher, lease_upload, put_upload, submit_training


def _train(cloud: MemoryCloud, publish: Publisher) -> Job:
    """Train on a new upload."""
    job = submit_training(cloud)
    with lease_upload(cloud, cloud.queues["train"].messages.pop()) as lease:
        lease.succeed_training(publish(lease))
    return store.read(cloud, job.job_id)


def _types(cloud: MemoryCloud) -> list[str]:
    return [event.type for event in cloud.events.events]


def _open_jobs(cloud: MemoryCloud) -> list[str]:
    return [keys.job_id_in_index(key) for key in cloud.artifacts.list_keys(keys.OPEN_JOBS)]


def _fail(error: BaseException, method: str, key: str) -> None:
    raise error


def _take_bus_away(cloud: MemoryCloud) -> None:
    cloud.events.before = partial(_fail, EventNotSent("away"))


def _bring_bus_back(cloud: MemoryCloud) -> None:
    cloud.events.before = no_hook


def _sweep_later(cloud: MemoryCloud, clock: Clock) -> None:
    clock.forward(cloud.stage.resend_after_seconds + 1)
    sweep.sweep(cloud)


def test_a_training_that_succeeds_sends_its_event(cloud: MemoryCloud, publish: Publisher) -> None:
    job = _train(cloud, publish)

    [event] = cloud.events.events
    assert event == JobEvent(
        type="job.succeeded",
        event_id=event.event_id,
        job_id=job.job_id,
        kind="train",
        model_name="iris",
        version=1,
        code=None,
        correlation_id=None,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=cloud.now(),
        attempt=1,
        links={
            "self": f"jobs/{job.job_id}",
            "result": f"jobs/{job.job_id}/result",
            "model_version": "models/iris/versions/1",
        },
    )


def test_a_job_that_fails_sends_the_code_of_its_problem(cloud: MemoryCloud) -> None:
    submit_training(cloud)

    with lease_upload(cloud, cloud.queues["train"].messages.pop()):
        raise UnknownColumn("The target column “varity” does not exist.")

    [event] = cloud.events.events
    assert (event.type, event.code, event.version) == ("job.failed", "unknown_column", None)
    assert set(event.links) == {"self", "retry"}


def test_a_cancelled_job_sends_an_event_of_its_own(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)

    control.cancel(cloud, job.job_id)

    assert [(event.type, event.code) for event in cloud.events.events] == [("job.cancelled", "cancelled")]


def test_an_upload_whose_options_are_wrong_sends_its_event(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/Not a model/a.csv")

    intake.find_arrival(cloud, upload)

    assert [(event.type, event.code, event.model_name) for event in cloud.events.events] == [
        ("job.failed", "invalid_name", None)
    ]


def test_an_event_contains_nothing_of_the_file(cloud: MemoryCloud) -> None:
    put_upload(cloud, "train/iris/salaries of Ann.csv", target_column="wage")

    with lease_upload(cloud, cloud.queues["train"].messages.pop()):
        raise UnknownColumn("The target column “wage” does not exist, but “age” does.")

    [event] = cloud.events.events
    sent = event.model_dump_json()
    assert [word for word in ("salaries", "Ann", "wage", "“age”") if word in sent] == []


def test_an_event_repeats_the_correlation_id_of_its_job(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    record = store.load(cloud, job.job_id)
    store.write(cloud, record, record.job.model_copy(update={"correlation_id": "nightly-17"}))

    control.cancel(cloud, job.job_id)

    assert [event.correlation_id for event in cloud.events.events] == ["nightly-17"]


def test_the_links_of_an_event_are_those_of_its_job(cloud: MemoryCloud, publish: Publisher) -> None:
    trained = _train(cloud, publish)
    cancelled = control.cancel(cloud, submit_training(cloud).job_id)

    views = [job_view(job, lambda path: path.removeprefix("/")) for job in (trained, cancelled)]

    assert [event.links for event in cloud.events.events] == [view.links for view in views]


def test_the_event_is_sent_while_the_job_is_still_in_the_index_of_open_jobs(
    cloud: MemoryCloud, publish: Publisher
) -> None:
    indexed: list[list[str]] = []
    cloud.events.before = lambda method, key: indexed.append(_open_jobs(cloud))

    job = _train(cloud, publish)

    assert indexed == [[job.job_id]]
    assert _open_jobs(cloud) == []


def test_a_job_ends_while_the_bus_is_away_and_the_sweep_sends_its_event_later(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    _take_bus_away(cloud)
    job = _train(cloud, publish)
    _sweep_later(cloud, clock)
    assert (job.state, _types(cloud), _open_jobs(cloud)) == ("succeeded", [], [job.job_id])

    _bring_bus_back(cloud)
    _sweep_later(cloud, clock)
    _sweep_later(cloud, clock)

    assert [(event.type, event.job_id) for event in cloud.events.events] == [("job.succeeded", job.job_id)]
    assert _open_jobs(cloud) == []


def test_the_sweep_rescues_other_jobs_while_the_bus_is_away(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    _take_bus_away(cloud)
    _train(cloud, publish)
    lost = submit_training(cloud)
    cloud.queues["train"].messages.clear()

    clock.forward(cloud.stage.requeue_after_seconds)
    _sweep_later(cloud, clock)

    assert [message.key for message in cloud.queues["train"].messages] == [lost.upload.key]


@pytest.mark.parametrize(("hook", "times"), [("before", 1), ("after", 2)])
def test_a_worker_killed_while_it_sends_leaves_the_event_to_the_sweep(
    cloud: MemoryCloud, clock: Clock, publish: Publisher, hook: str, times: int
) -> None:
    setattr(cloud.events, hook, partial(_fail, Killed()))
    with suppress(Killed):
        _train(cloud, publish)
    setattr(cloud.events, hook, no_hook)

    _sweep_later(cloud, clock)

    assert _types(cloud) == ["job.succeeded"] * times
    assert len({event.event_id for event in cloud.events.events}) == 1
    assert _open_jobs(cloud) == []


def test_the_sweep_leaves_the_event_to_a_worker_that_may_still_be_sending_it(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    _take_bus_away(cloud)
    _train(cloud, publish)
    _bring_bus_back(cloud)

    clock.forward(cloud.stage.resend_after_seconds)
    sweep.sweep(cloud)

    assert _types(cloud) == []


def test_a_job_that_succeeds_after_it_failed_sends_a_second_event_even_if_its_worker_is_killed(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    job = submit_training(cloud)
    lease = lease_upload(cloud, cloud.queues["train"].messages.pop())
    manifest = publish(lease)
    record = store.load(cloud, job.job_id)
    store.write(cloud, record, record.job.cancel(now=cloud.now()))
    cloud.events.before = partial(_fail, Killed())

    with suppress(Killed, LeaseLost):
        lease.succeed_training(manifest)
    _bring_bus_back(cloud)
    _sweep_later(cloud, clock)

    assert store.read(cloud, job.job_id).state == "succeeded"
    assert _types(cloud) == ["job.cancelled", "job.succeeded"]
    assert len({event.event_id for event in cloud.events.events}) == 2


def test_an_event_that_the_bus_rejects_is_logged_and_given_up(
    cloud: MemoryCloud, publish: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.events.before = partial(_fail, EventRejected("The webhook answered 400."))

    with caplog.at_level(logging.ERROR):
        job = _train(cloud, publish)

    [line] = [record for record in caplog.records if record.message == "event_rejected"]
    assert (vars(line)["job_id"], vars(line)["reason"]) == (job.job_id, "The webhook answered 400.")
    assert _open_jobs(cloud) == []
    assert recorded(cloud).total(EVENTS, outcome="lost") == 1


def test_an_event_is_sent_for_a_week_and_then_given_up(
    cloud: MemoryCloud, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    _take_bus_away(cloud)
    job = control.cancel(cloud, submit_training(cloud).job_id)
    week = MAX_AGE.total_seconds()

    clock.forward(week - 1)
    sweep.sweep(cloud)
    before = _open_jobs(cloud)
    clock.forward(2)
    sweep.sweep(cloud)

    assert (before, _open_jobs(cloud)) == ([job.job_id], [])
    [line] = [record for record in caplog.records if record.message == "event_expired"]
    assert (vars(line)["job_id"], vars(line)["reason"]) == (job.job_id, "away")
    assert (recorded(cloud).total(EVENTS, outcome="delayed"), recorded(cloud).total(EVENTS, outcome="lost")) == (2, 1)


def test_an_event_that_is_sent_after_a_week_is_not_lost(cloud: MemoryCloud, clock: Clock) -> None:
    _take_bus_away(cloud)
    control.cancel(cloud, submit_training(cloud).job_id)
    _bring_bus_back(cloud)

    clock.forward(MAX_AGE.total_seconds() + 1)
    sweep.sweep(cloud)

    assert _types(cloud) == ["job.cancelled"]
    assert (recorded(cloud).total(EVENTS, outcome="sent"), recorded(cloud).total(EVENTS, outcome="lost")) == (1, 0)


def test_a_job_that_ends_again_while_the_sweep_sends_its_first_event_stays_in_the_index(
    cloud: MemoryCloud, clock: Clock
) -> None:
    job = control.cancel(cloud, submit_training(cloud).job_id)
    cloud.artifacts.put(keys.open_job(job.job_id), b"")
    clock.forward(cloud.stage.resend_after_seconds + 1)

    def end_again(method: str, key: str) -> None:
        _take_bus_away(cloud)
        control.retry(cloud, job.job_id)
        control.cancel(cloud, job.job_id)

    cloud.events.before = end_again
    sweep.sweep(cloud)
    assert _open_jobs(cloud) == [job.job_id]

    _bring_bus_back(cloud)
    _sweep_later(cloud, clock)

    newest = cloud.events.events[-1]
    assert newest.finished_at == job.created_at + timedelta(seconds=cloud.stage.resend_after_seconds + 1)


def test_a_retried_job_sends_an_event_with_another_id_when_it_ends_again(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    control.cancel(cloud, job.job_id)
    clock.forward(1)
    control.retry(cloud, job.job_id)
    control.cancel(cloud, job.job_id)

    assert _types(cloud) == ["job.cancelled"] * 2
    assert len({event.event_id for event in cloud.events.events}) == 2
