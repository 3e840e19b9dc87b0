"""Two workers, a foreign publisher, a sweep and a client over one store, one call at a time, in an order by lot.

What runs is the product's own code; only fitting is left out. Each actor is a thread that stops before each call of
the store, and goes on when the lot falls on it. The lot also decides how a call ends: it is made; it is made, but the
client repeats it and is told 412; it is made, but the client hears nothing; it is not made; the process dies before
or after it; the actor sleeps until its lease is over.
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
from mini_ml.contracts import Job, Upload
from mini_ml.jobs import control, outcome, store, sweep
from mini_ml.jobs.lease import acquire_lease
from mini_ml.workflows import transfer
from tests.unit.workflows.memory_platform import Killed
from tests.unit.workflows.story import Clock, Publisher, put

MODEL = "shop"
_REPEATED = {"put_new": errors.AlreadyExists, "create": errors.AlreadyExists, "replace": errors.StaleWrite}


def _taken_lock() -> threading.Lock:
    """Return a lock that waits to be released; a semaphore would do the same in Python, and take half of the time."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class Actor:
    """A process: a thread that moves only when the lot falls on it."""

    story: Callable[[], None]
    turn: threading.Lock = field(default_factory=_taken_lock)
    """Free while it is this actor's turn."""
    stopped: threading.Lock = field(default_factory=_taken_lock)
    """Free when it has stopped again."""
    reliable: bool = False
    """Its calls all get through, if late, and it does not die."""
    sleeps: int = 0
    """For how many steps of the others it does not move."""
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

    def stop_here(self) -> None:
        self.stopped.release()
        self.turn.acquire()

    def step(self) -> None:
        self.turn.release()
        self.stopped.acquire()


@dataclass
class Interleaving:
    """One order of events, by its seed."""

    seed: int
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.lot = Random(self.seed)
        self.cloud: MemoryCloud = memory_cloud(now=self.clock, sleep=self.clock.forward)
        self.cloud = replace(self.cloud, new_id=lambda: keys.new_job_id(self.clock(), self.lot.randbytes(10)))
        self.cloud.uploads.new_version_id = self.cloud.artifacts.new_version_id = lambda: self.lot.randbytes(16).hex()
        self.events = [put(self.cloud, f"train/{MODEL}/{name}.csv") for name in "ab"]
        self.foreign = [put(self.cloud, f"train/{MODEL}/foreign.csv")]
        for queue in self.cloud.queues.values():
            queue.messages.clear()
        self.actors: dict[int, Actor] = {}

    def run(self) -> None:
        """Let two workers take every event twice, shuffled, beside the others; then recover, and retry what failed."""
        twice = self.events * 2
        self.lot.shuffle(twice)
        stories = [self._worker(twice[:2]), self._worker(twice[2:]), self._worker(self.foreign), self._sweep]
        with self._gated():
            self._play([*(Actor(story) for story in stories), Actor(self._retry, reliable=True)])
        self._recover()
        self._retry_failed()
        self._recover()

    def jobs(self) -> list[Job]:
        """Return every job that was ever made."""
        return [store.read(self.cloud, keys.job_id_in_index(key)) for key in self.cloud.artifacts.list_keys("jobs/by-")]

    def overtaken(self) -> list[str]:
        """Return the jobs that were taken while somebody else's lease on them was live."""
        return [
            job.job_id for job in self.jobs() if any(self._is_theft(*step) for step in pairwise(self._history(job)))
        ]

    def _history(self, job: Job) -> list[tuple[Job, datetime]]:
        """Return all states that a job was written in, oldest first, and when."""
        store, key = self.cloud.artifacts, keys.job(job.job_id)
        written = reversed([store.get(key, version_id=head.version_id) for head in store.list_versions(key)])
        return [(Job.model_validate_json(one.body), one.head.modified) for one in written]

    def _is_theft(self, before: tuple[Job, datetime], after: tuple[Job, datetime]) -> bool:
        lease, taken = before[0].lease, after[0].lease
        return lease is not None and taken is not None and taken.holder != lease.holder and lease.expires_at > after[1]

    def _play(self, actors: list[Actor]) -> None:
        threads = [threading.Thread(target=actor.run) for actor in actors]
        for actor, thread in zip(actors, threads, strict=True):
            thread.start()
            assert thread.ident is not None
            self.actors[thread.ident] = actor
        while alive := [actor for actor in actors if not actor.ended]:
            awake = [actor for actor in alive if actor.sleeps == 0]
            self.lot.choice(awake or alive).step()
            for actor in alive:
                actor.sleeps = max(0, actor.sleeps - 1)
        for thread in threads:
            thread.join()
        for actor in actors:
            if actor.failure is not None:
                raise actor.failure

    @contextmanager
    def _gated(self) -> Iterator[None]:
        store = self.cloud.artifacts
        store.before, store.after = self._before, self._after
        try:
            yield
        finally:
            store.before = store.after = lambda method, key: None

    def _before(self, method: str, key: str) -> None:
        self.actors[threading.get_ident()].stop_here()
        fate = self._fate()
        if fate < 0.01:
            raise Killed
        if fate < 0.02:
            raise errors.StorageUnavailable("The call was not made.")
        if fate < 0.08:
            self._sleep()

    def _fate(self) -> float:
        actor = self.actors[threading.get_ident()]
        return self.lot.uniform(0.03, 1.0) if actor.reliable else self.lot.random()

    def _sleep(self) -> None:
        """Hold this call back while the others go on, and perhaps longer than the lease."""
        actor = self.actors[threading.get_ident()]
        self.clock.forward(self.lot.choice((0.5, 1.5, self.cloud.stage.lease_seconds + 1)))
        actor.sleeps = self.lot.randrange(40)
        actor.stop_here()

    def _after(self, method: str, key: str) -> None:
        fate = self._fate()
        if fate < 0.01:
            raise Killed
        if fate < 0.03:
            raise errors.StorageUnavailable("The call was made, and its answer lost.")
        if fate < 0.08 and method in _REPEATED:
            raise _REPEATED[method]("The client repeated the call, and was refused by what it had written itself.")

    def _worker(self, events: list[Upload]) -> Callable[[], None]:
        def work() -> None:
            cloud = replace(self.cloud, every=HandTicker())
            for event in events:
                with suppress(errors.MiniMLError), self._returned_unless_done(event):
                    self._train(cloud, event)

        return work

    @contextmanager
    def _returned_unless_done(self, event: Upload) -> Iterator[None]:
        """Let a message come back whose handling failed or whose worker died, as SQS does."""
        try:
            yield
        except BaseException:
            self.cloud.queues["train"].messages.append(event)
            raise

    def _train(self, cloud: MemoryCloud, event: Upload) -> None:
        """Do what train_upload does, but for the fitting."""
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
        """Be a client who retries whatever has failed by now."""
        for _ in range(4):
            with suppress(errors.MiniMLError):
                self._retry_failed()

    def _retry_failed(self) -> None:
        for job in self.jobs():
            if job.state == "failed":
                control.retry(self.cloud, job.job_id)

    def _recover(self) -> None:
        """Let time pass, and the sweep and a worker that nothing happens to do their work."""
        for _ in range(12):
            self.clock.forward(600)
            sweep.sweep(self.cloud)
            waiting = self.cloud.queues["train"].messages
            while waiting:
                self._train(self.cloud, waiting.pop(0))
