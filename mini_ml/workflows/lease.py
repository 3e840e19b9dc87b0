"""The lease that a worker holds on a job: taken by If-Match, renewed by a heartbeat, given back or lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from mini_ml import errors
from mini_ml.contracts import Job, Lease, Progress, Upload
from mini_ml.ports import Cloud
from mini_ml.workflows import intake, jobs, outcome
from mini_ml.workflows.jobs import Record

Pin = Callable[[Job], dict[str, Any]]
"""What must be fixed in the job together with its first lease, for example the model version of a batch."""


def take(cloud: Cloud, upload: Upload, *, timeout_seconds: float, pin: Pin = lambda job: {}) -> "Held | None":
    """Take the job of an uploaded object, made now if need be.

    None: there is nothing to work on (see intake.arrival), somebody holds the job, it is terminal, or its
    attempts are used up. The message can be acknowledged in every case: the sweep, not the message, is the net.

    Args:
        cloud: the ports.
        upload: the object version that the event named; the job keeps it from now on.
        timeout_seconds: how long the function that we run in may take.
        pin: gives further updates to write with the lease; an error of the client's that it raises fails the job.
    """
    arrival = intake.arrival(cloud, upload)
    if arrival is None:
        return None
    record = arrival.record
    while record.job.is_open and not jobs.has_live_lease(cloud, record.job):
        try:
            taken = _taken(cloud, record, arrival.upload, pin)
            return Held(cloud, taken, timeout_seconds) if taken else None
        except errors.StaleWrite:
            record = jobs.load(cloud, record.job.job_id)
    return None


def _taken(cloud: Cloud, record: Record, upload: Upload, pin: Pin) -> Record | None:
    job = record.job
    if jobs.is_used_up(cloud, job):
        outcome.give_up(cloud, record, worker_lost(job))
        return None
    try:
        pinned = pin(job)
    except (errors.NotFound, errors.Unprocessable, errors.ArtifactRejected) as error:
        jobs.fail(cloud, record, error)
        return None
    now = cloud.now()
    return jobs.change(
        cloud,
        record,
        state="running",
        attempt=job.attempt + 1,
        started_at=job.started_at or now,
        upload=upload.model_copy(update={"uploaded_at": job.upload.uploaded_at or upload.uploaded_at}),
        progress=Progress(bytes_total=upload.size or 0),
        lease=Lease(holder=cloud.new_id(), expires_at=now + timedelta(seconds=cloud.stage.lease_seconds)),
        **pinned,
    )


def worker_lost(job: Job) -> errors.WorkerLost:
    """Return the error of a job that is given up: how many attempts it had, and the cause as far as one could tell."""
    attempts = job.attempt - job.attempts_before
    cause = f" The last that could say why ended with `{job.setback.code}`." if job.setback else ""
    return errors.WorkerLost(
        f"The job was given up after {attempts} {'attempt' if attempts == 1 else 'attempts'} without a result, most "
        f"often for lack of memory or time.{cause} Try a smaller dataset or a cheaper model type."
    )


class Held:
    """A job that this worker holds. As a context manager it renews the lease and settles how the work ended.

    An error that says what is wrong with the client's data fails the job, and so does a model that was tampered with:
    no further attempt would mend either. Any other gives the job back to its queue, or fails it with its reason after
    the last attempt, and goes on up to the batch edge.
    """

    def __init__(self, cloud: Cloud, record: Record, timeout_seconds: float) -> None:
        self._cloud = cloud
        self._timeout_seconds = timeout_seconds
        self._deadline = cloud.now() + timedelta(seconds=timeout_seconds - 3 * cloud.stage.progress_seconds)
        self._record = record
        self._lock = threading.Lock()
        self._lost = False
        self._progress = record.job.progress
        self._beats = ExitStack()

    @property
    def job(self) -> Job:
        """The job as this worker last wrote it."""
        return self._record.job

    def checkpoint(self, rows_done: int, bytes_done: int) -> None:
        """Note how far the work is; the heartbeat writes it. Raises LeaseLost, which stops the work."""
        self._progress = Progress(rows_done=rows_done, bytes_done=bytes_done, bytes_total=self.job.progress.bytes_total)
        self._ensure_held()

    def record_intent(self, version: int) -> None:
        """Write down the version number before it is tried, so that a successor tries the same. Raises LeaseLost."""
        with self._lock:
            self._write(intent=version, **self._renewal())

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Keep the heartbeat from ending the job, for lack of time, in the middle of a block. Raises LeaseLost.

        A worker that has slept through its renewals renews first, and so finds out whether somebody else was faster.
        """
        with self._lock:
            if self._renewal_due():
                self._write(**self._renewal())
            self._ensure_held()
            yield

    def succeed(self, **updates: Any) -> None:
        """End the job well. Raises LeaseLost."""
        with self._lock:
            self._ensure_held()
            progress = self._progress
            try:
                self._record = jobs.finish(
                    self._cloud, self._record, state="succeeded", progress=progress, failure=None, **updates
                )
            except errors.StaleWrite as error:
                outcome.correct(self._cloud, self.job.job_id)
                raise self._loss() from error

    def __enter__(self) -> Self:
        self._beats.enter_context(self._cloud.every(self._cloud.stage.progress_seconds, self._beat))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._beats.close()
        if isinstance(error, errors.LeaseLost):
            return True
        if isinstance(error, errors.Conflict | errors.NotFound | errors.Unprocessable | errors.ArtifactRejected):
            self._settle(lambda: jobs.fail(self._cloud, self._record, error))
            return True
        if isinstance(error, Exception) and not self._lost:
            self._settle(lambda: self._give_back(outcome.reason_of(error)))
        return False

    def _settle(self, ending: Callable[[], Record]) -> None:
        if not self.job.is_open:
            return  # its time was over first; what has ended stays as it is
        try:
            self._record = ending()
        except (errors.StaleWrite, errors.Unavailable):
            self._lost = True  # whoever holds the job now, or the sweep once the lease has run out, settles it

    def _give_back(self, reason: errors.MiniMLError) -> Record:
        if jobs.is_used_up(self._cloud, self.job):
            return outcome.give_up(self._cloud, self._record, reason)
        return jobs.change(
            self._cloud,
            self._record,
            state="queued",
            lease=None,
            queued_at=self._cloud.now(),
            setback=jobs.failure_of(reason),
        )

    def _beat(self) -> None:
        with self._lock:
            if self._lost or not self.job.is_open:
                return
            if self._cloud.now() >= self._deadline:
                self._time_out()
            elif self._renewal_due() or self._progress != self.job.progress:
                self._write(progress=self._progress, **self._renewal())

    def _time_out(self) -> None:
        """Fail the job while there is still time to say so, and stop the work at its next checkpoint."""
        problem = errors.TimedOut(
            f"The job took longer than the {self._timeout_seconds:g} seconds that it may. "
            "Try a smaller dataset or a cheaper model type."
        )
        self._settle(lambda: outcome.give_up(self._cloud, self._record, problem))
        self._lost = True

    def _renewal_due(self) -> bool:
        lease = self.job.lease
        stage = self._cloud.stage
        renewed_until = timedelta(seconds=stage.lease_seconds - stage.renew_seconds)
        return lease is not None and lease.expires_at - self._cloud.now() <= renewed_until

    def _renewal(self) -> dict[str, Any]:
        lease = self.job.lease
        if lease is None:
            raise self._loss()
        expires_at = self._cloud.now() + timedelta(seconds=self._cloud.stage.lease_seconds)
        return {"lease": lease.model_copy(update={"expires_at": expires_at})}

    def _write(self, **updates: Any) -> None:
        self._ensure_held()
        try:
            self._record = jobs.change(self._cloud, self._record, **updates)
        except errors.StaleWrite as error:
            raise self._loss() from error

    def _ensure_held(self) -> None:
        if self._lost:
            raise self._loss()

    def _loss(self) -> errors.LeaseLost:
        self._lost = True
        return errors.LeaseLost(f"The lease on job {self.job.job_id} was lost.")
