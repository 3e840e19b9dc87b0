"""Wait for jobs, and process them in the background."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from mini_ml.adapters.http.waiting import Waiter
from mini_ml.adapters.http.worker import SerialWorker
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import TrainOptions, Upload
from mini_ml.errors import StorageUnavailable
from mini_ml.jobs import control, submit
from mini_ml.jobs.job import Job
from tests.fixtures.coroutines import run
from tests.unit.workflows.story import START, Clock


@pytest.fixture
def cloud() -> MemoryCloud:
    """An empty cloud."""
    return memory_cloud()


def submit_training(cloud: MemoryCloud) -> Job:
    """Return a queued job."""
    return submit.submit_train(cloud, model_name="m", options=TrainOptions(), filename="x.csv", body=b"a,b\n1,2\n")


def test_a_wait_ends_as_soon_as_the_job_does(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)

    async def cancel_meanwhile() -> Job:
        waiting = asyncio.ensure_future(Waiter(cloud).finished(job, cloud.now() + timedelta(minutes=5)))
        await asyncio.to_thread(control.cancel, cloud, job.job_id)
        return await waiting

    assert run(cancel_meanwhile()).state == "failed"


def test_a_wait_that_times_out_returns_the_job_as_it_is(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)

    waited = run(Waiter(cloud).finished(job, cloud.now() - timedelta(seconds=1)))

    assert waited.state == "queued"


@pytest.mark.parametrize(("left", "waited"), [(None, 300), (12.5, 10.5), (1.0, 0), (900.0, 300)])
def test_a_wait_ends_two_seconds_before_its_invocation_is_stopped(left: float | None, waited: float) -> None:
    clock = Clock()
    cloud = replace(memory_cloud(now=clock, sleep=clock.forward), seconds_left=lambda: left)

    run(Waiter(cloud).finished(submit_training(cloud), clock() + timedelta(minutes=5)))

    assert (clock() - START).total_seconds() == pytest.approx(waited)


def test_a_server_that_stops_returns_the_job_as_it_is(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)

    async def stop_meanwhile() -> Job:
        waiting = asyncio.ensure_future(Waiter(cloud).finished(job, cloud.now() + timedelta(minutes=5)))
        await asyncio.sleep(0.02)
        waiting.cancel()
        return await waiting

    assert run(stop_meanwhile()).job_id == job.job_id


def test_an_accepted_job_stays_accepted_if_the_store_becomes_unavailable(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)

    def fail_as_unavailable(method: str, key: str) -> None:
        raise StorageUnavailable("away")

    cloud.artifacts.before = fail_as_unavailable
    waited = run(Waiter(cloud).finished(job, cloud.now() + timedelta(minutes=5)))

    assert waited == job


def test_jobs_are_processed_one_at_a_time(cloud: MemoryCloud) -> None:
    at_once, most, done = [0], [0], threading.Semaphore(0)

    def work(upload: Upload) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        threading.Event().wait(0.01)
        at_once[0] -= 1
        done.release()

    worker = SerialWorker(work)
    for _ in range(5):
        worker.start(submit_training(cloud))

    assert all(done.acquire(timeout=60) for _ in range(5))
    assert most == [1]


def test_a_worker_stays_ready_after_a_rejected_job(cloud: MemoryCloud) -> None:
    done = threading.Semaphore(0)

    def work(upload: Upload) -> None:
        done.release()
        raise StorageUnavailable("away")

    worker = SerialWorker(work)
    worker.start(submit_training(cloud))
    worker.start(submit_training(cloud))

    assert all(done.acquire(timeout=60) for _ in range(2))
