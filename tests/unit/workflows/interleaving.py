"""Run two workers, another publisher, a sweep and a client on one store, in a random order of calls.

The code of the product runs unchanged, without fitting. Each actor is a thread that pauses before each call of the
store until it is drawn at random. The outcome of a call is random too: it succeeds; it succeeds, but the
client repeats it and gets a 412; it succeeds without a response; or it fails. The process can be killed before or after
the call, or sleep until its lease expires.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from random import Random

from mini_ml import errors, keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.adapters.ticker import HandTicker
from mini_ml.contracts import Upload
from mini_ml.jobs import control, outcome, store, sweep
from mini_ml.jobs.job import Job
from mini_ml.jobs.lease import acquire_lease
from mini_ml.workflows import transfer
from tests.unit.workflows.memory_platform import Killed
from tests.unit.workflows.story import Clock, Publisher, put_upload

MODEL = "shop"
_REPEATED = {"put_new": errors.AlreadyExists, "create": errors.AlreadyExists, "replace": errors.StaleWrite}


def _locked_lock() -> threading.Lock:
    """Return an acquired lock; a semaphore, which is written in Python, would take twice the time."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class Actor:
    """A process: a thread that runs only when it is drawn."""

    story: Callable[[], None]
    turn: threading.Lock = field(default_factory=_locked_lock)
    """Free while it is the turn of this actor."""
    stopped: threading.Lock = field(default_factory=_locked_lock)
    """Free when the actor has paused again."""
    reliable: bool = False
    """Whether all its calls succeed, perhaps late, and it is never killed."""
    sleeps: int = 0
    """Number of steps of other actors during which it sleeps."""
    ended: bool = False
    failure: BaseException | None = None

    def run(self) -> None:
        self.turn.acquire()
        try:
            with suppress(Killed, errors.MiniMLError):
                self.story()
        except BaseException as error:
            self.failure = error
        self.ended = True
        self.stopped.release()

    def pause(self) -> None:
        self.stopped.release()
        self.turn.acquire()

    def step(self) -> None:
        self.turn.release()
        self.stopped.acquire()


@dataclass
class Interleaving:
    """One order of events, determined by a seed."""

    seed: int
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.cloud: MemoryCloud = memory_cloud(now=self.clock, sleep=self.clock.forward)
        self.cloud = replace(self.cloud, new_id=lambda: keys.new_job_id(self.clock(), self.random.randbytes(10)))
        self.cloud.uploads.new_version_id = self.cloud.artifacts.new_version_id = lambda: self.random.randbytes(
            16
        ).hex()
        self.events = [put_upload(self.cloud, f"train/{MODEL}/{name}.csv") for name in "ab"]
        self.foreign = [put_upload(self.cloud, f"train/{MODEL}/foreign.csv")]
        for queue in self.cloud.queues.values():
            queue.messages.clear()
        self.actors: dict[int, Actor] = {}

    def run(self) -> None:
        """Run two workers on every event twice, shuffled, with the others; then recover, and retry failed jobs."""
        twice = self.events * 2
        self.random.shuffle(twice)
        stories = [self._worker(twice[:2]), self._worker(twice[2:]), self._worker(self.foreign), self._sweep]
        with self._scheduled():
            self._play([*(Actor(story) for story in stories), Actor(self._retry, reliable=True)])
        self._recover()
        self._retry_failed()
        self._recover()

    def jobs(self) -> list[Job]:
        """Return all jobs."""
        return [store.read(self.cloud, keys.job_id_in_index(key)) for key in self.cloud.artifacts.list_keys("jobs/by-")]

    def find_double_leases(self) -> list[str]:
        """Return the jobs that were leased while another lease on them was live."""
        return [
            job.job_id
            for job in self.jobs()
            if any(self._is_double_lease(*step) for step in pairwise(self._history(job)))
        ]

    def _history(self, job: Job) -> list[tuple[Job, datetime]]:
        """Return all stored states of a job with their times, oldest first."""
        store, key = self.cloud.artifacts, keys.job(job.job_id)
        written = reversed([store.get(key, version_id=head.version_id) for head in store.list_versions(key)])
        return [(Job.model_validate_json(one.body), one.head.modified) for one in written]

    def _is_double_lease(self, before: tuple[Job, datetime], after: tuple[Job, datetime]) -> bool:
        lease, next_lease = before[0].lease, after[0].lease
        return (
            lease is not None
            and next_lease is not None
            and next_lease.holder != lease.holder
            and lease.expires_at > after[1]
        )

    def _play(self, actors: list[Actor]) -> None:
        threads = [threading.Thread(target=actor.run) for actor in actors]
        for actor, thread in zip(actors, threads, strict=True):
            thread.start()
            assert thread.ident is not None
            self.actors[thread.ident] = actor
        while alive := [actor for actor in actors if not actor.ended]:
            awake = [actor for actor in alive if actor.sleeps == 0]
            self.random.choice(awake or alive).step()
            for actor in alive:
                actor.sleeps = max(0, actor.sleeps - 1)
        for thread in threads:
            thread.join()
        for actor in actors:
            if actor.failure is not None:
                raise actor.failure

    @contextmanager
    def _scheduled(self) -> Iterator[None]:
        store = self.cloud.artifacts
        store.before, store.after = self._before, self._after
        try:
            yield
        finally:
            store.before = store.after = lambda method, key: None

    def _before(self, method: str, key: str) -> None:
        self.actors[threading.get_ident()].pause()
        drawn = self._draw()
        if drawn < 0.01:
            raise Killed
        if drawn < 0.02:
            raise errors.StorageUnavailable("The call failed.")
        if drawn < 0.08:
            self._sleep()

    def _draw(self) -> float:
        actor = self.actors[threading.get_ident()]
        return self.random.uniform(0.03, 1.0) if actor.reliable else self.random.random()

    def _sleep(self) -> None:
        """Delay this call while the others continue, perhaps for longer than the lease."""
        actor = self.actors[threading.get_ident()]
        self.clock.forward(self.random.choice((0.5, 1.5, self.cloud.stage.lease_seconds + 1)))
        actor.sleeps = self.random.randrange(40)
        actor.pause()

    def _after(self, method: str, key: str) -> None:
        drawn = self._draw()
        if drawn < 0.01:
            raise Killed
        if drawn < 0.03:
            raise errors.StorageUnavailable("The call succeeded, but its response was lost.")
        if drawn < 0.08 and method in _REPEATED:
            raise _REPEATED[method]("The client repeated the call, which conflicted with its own write.")

    def _worker(self, events: list[Upload]) -> Callable[[], None]:
        def work() -> None:
            cloud = replace(self.cloud, every=HandTicker())
            for event in events:
                with suppress(errors.MiniMLError), self._requeue_on_error(event):
                    self._train(cloud, event)

        return work

    @contextmanager
    def _requeue_on_error(self, event: Upload) -> Iterator[None]:
        """Return a message to its queue if its handling failed or its worker was killed, as SQS does."""
        try:
            yield
        except BaseException:
            self.cloud.queues["train"].messages.append(event)
            raise

    def _train(self, cloud: MemoryCloud, event: Upload) -> None:
        """Do what train_upload does, without fitting."""
        lease = acquire_lease(cloud, event, timeout_seconds=3600)
        if lease is None:
            return
        with lease:
            manifest = outcome.find_published(cloud, lease.job)
            if manifest is None:
                with suppress(errors.StorageUnavailable):
                    cloud.every.tick()
                lease.checkpoint(1, 1)
                key = keys.artifact(MODEL, lease.job.job_id, lease.job.attempt, "model.joblib")
                transfer.put_bytes_once(cloud.artifacts, key, b"model")
                manifest = Publisher(cloud)(lease)
            lease.succeed_training(manifest)

    def _sweep(self) -> None:
        for _ in range(3):
            with suppress(errors.MiniMLError):
                sweep.sweep(self.cloud)
            self.clock.forward(1)

    def _retry(self) -> None:
        """Retry all failed jobs, as a client."""
        for _ in range(4):
            with suppress(errors.MiniMLError):
                self._retry_failed()

    def _retry_failed(self) -> None:
        for job in self.jobs():
            if job.state == "failed":
                control.retry(self.cloud, job.job_id)

    def _recover(self) -> None:
        """Advance the clock, and run the sweep and a worker without failures."""
        for _ in range(12):
            self.clock.forward(600)
            sweep.sweep(self.cloud)
            waiting = self.cloud.queues["train"].messages
            while waiting:
                self._train(self.cloud, waiting.pop(0))
