"""The lease on a job: acquired by a conditional write, renewed by a heartbeat, given back or lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from mini_ml import errors
from mini_ml.contracts import BatchSummary, Manifest, PredictResult, Progress, TrainingProgress, Upload
from mini_ml.jobs import intake, outcome, store
from mini_ml.jobs.job import Job, build_failure
from mini_ml.jobs.job_log import add_job_fields
from mini_ml.jobs.store import Record
from mini_ml.ports import Cloud

VersionOf = Callable[[Job], int | None]
"""Returns the model version to store in the job with its lease, for example the one that a batch is pinned to."""


def acquire_lease(
    cloud: Cloud, upload: Upload, *, timeout_seconds: float, version_of: VersionOf = lambda job: job.version
) -> "JobLease | None":
    """Acquire the lease on the job of an upload; create the job if it is a bare upload.

    Returns None if there is nothing to work on (see `intake.find_arrival`), another worker holds the lease, the job has
    ended, or its attempts are used up. The message can be acknowledged in all these cases, because the sweep announces
    a job again if no worker holds its lease.

    Args:
        cloud: the ports.
        upload: the object version that the event named; the job keeps it from now on.
        timeout_seconds: how long the function that runs this worker may take; if its invocation is stopped earlier,
            that counts.
        version_of: the model version to pin; a NotFound, Unprocessable or ArtifactRejected that it raises fails the
            job.
    """
    arrival = intake.find_arrival(cloud, upload)
    if arrival is None:
        return None
    record = arrival.record
    while record.job.is_open and not record.job.has_live_lease(cloud.now()):
        try:
            leased = _write_lease(cloud, record, arrival.upload, version_of)
            return JobLease(cloud, leased, timeout_seconds) if leased else None
        except errors.StaleWrite:
            record = store.load(cloud, record.job.job_id)
    return None


def _write_lease(cloud: Cloud, record: Record, upload: Upload, version_of: VersionOf) -> Record | None:
    """Write the lease into the job, or end a job that cannot be tried and return None. Raises StaleWrite."""
    job = record.job
    if not job.has_attempts_left(cloud.stage.attempts):
        outcome.give_up(cloud, record, outcome.worker_lost(job))
        return None
    try:
        version = version_of(job)
    except (errors.NotFound, errors.Unprocessable, errors.ArtifactRejected) as error:
        outcome.fail(cloud, record, error)
        return None
    now = cloud.now()
    expires_at = now + timedelta(seconds=cloud.stage.lease_seconds)
    leased = job.start_attempt(holder=cloud.new_id(), now=now, expires_at=expires_at, upload=upload, version=version)
    add_job_fields(leased)
    return store.write(cloud, record, leased)


class JobLease:
    """The lease on a job. `with lease:` renews it in the background and records in the job how the block ended.

    A block ends the job itself, by `succeed_training` or `succeed_prediction`. What an exception does:

    - LeaseLost: swallowed. Another worker has the job.
    - Conflict, NotFound, Unprocessable, ArtifactRejected: fails the job and is swallowed. The client's data or the
      stored model is wrong, and another attempt would not change that.
    - any other Exception: gives the job back to its queue, or fails it after the last attempt, and is raised again.
    - BaseException: is raised again; the lease expires.
    """

    def __init__(self, cloud: Cloud, record: Record, timeout_seconds: float) -> None:
        self._cloud = cloud
        self._seconds = cloud.limit_seconds(timeout_seconds)
        self._deadline = cloud.now() + timedelta(seconds=self._seconds - 3 * cloud.stage.progress_seconds)
        self._record = record
        self._lock = threading.Lock()
        self._lost = False
        self._progress = record.job.progress
        self._beats = ExitStack()

    @property
    def job(self) -> Job:
        """The job as this worker last wrote it."""
        return self._record.job

    @property
    def progress(self) -> Progress:
        """How far the work is, as last noted; the job may say less."""
        return self._progress

    def checkpoint(self, rows_done: int, bytes_done: int) -> None:
        """Note how far the work is; the heartbeat writes it. Raises LeaseLost, which stops the work."""
        self._progress = self._progress.model_copy(update={"rows_done": rows_done, "bytes_done": bytes_done})
        self._ensure_not_lost()

    def report(self, training: TrainingProgress) -> None:
        """Note how far a training is; the heartbeat writes it. Raises LeaseLost, which stops the work."""
        self._progress = self._progress.model_copy(update={"training": training})
        self._ensure_not_lost()

    def record_intent(self, version: int) -> None:
        """Record the version number before it is tried, so that a successor tries the same one. Raises LeaseLost."""
        with self._lock:
            self._ensure_not_lost()
            self._write(self.job.record_intent(version=version, expires_at=self._new_expiry()))

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Keep the heartbeat from failing the job, for lack of time, in the middle of a block. Raises LeaseLost.

        A worker that was paused past a renewal renews first, and so learns whether another worker has the job.
        """
        with self._lock:
            self._ensure_not_lost()
            if self._is_renewal_due():
                self._renew(self.job.progress)
            yield

    def succeed_training(self, manifest: Manifest) -> None:
        """End a training with the version it published. Raises LeaseLost."""
        with self._lock:
            self._ensure_not_lost()
            succeeded = self.job.succeed_training(
                now=self._cloud.now(),
                result=outcome.build_train_result(self._cloud, manifest),
                manifest=manifest,
                progress=self._progress,
            )
            self._write_success(succeeded)

    def succeed_prediction(self, result: PredictResult, summary: BatchSummary) -> None:
        """End a batch prediction with its output and what was decided about its rows. Raises LeaseLost."""
        with self._lock:
            self._ensure_not_lost()
            now, progress = self._cloud.now(), self._progress
            self._write_success(self.job.succeed_prediction(now=now, result=result, summary=summary, progress=progress))

    def _write_success(self, succeeded: Job) -> None:
        try:
            self._record = store.write(self._cloud, self._record, succeeded)
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
            self._settle(lambda: outcome.fail(self._cloud, self._record, error))
            return True
        if isinstance(error, Exception) and not self._lost:
            self._settle(lambda: self._give_back(outcome.reason_of(error)))
        return False

    def _settle(self, end: Callable[[], Record]) -> None:
        if not self.job.is_open:
            return  # the heartbeat has already ended it, for lack of time
        try:
            self._record = end()
        except (errors.StaleWrite, errors.Unavailable):
            self._lost = True  # the next worker settles it, or the sweep once the lease has expired

    def _give_back(self, reason: errors.MiniMLError) -> Record:
        if not self.job.has_attempts_left(self._cloud.stage.attempts):
            return outcome.give_up(self._cloud, self._record, reason)
        queued = self.job.give_back(now=self._cloud.now(), setback=build_failure(reason))
        return store.write(self._cloud, self._record, queued)

    def _beat(self) -> None:
        with self._lock:
            if self._lost or not self.job.is_open:
                return
            if self._cloud.now() >= self._deadline:
                self._time_out()
            elif self._is_renewal_due() or self._progress != self.job.progress:
                self._renew(self._progress)

    def _time_out(self) -> None:
        """Fail the job before the function is stopped, and stop the work at its next checkpoint."""
        error = errors.TimedOut(
            f"The job took longer than the {self._seconds:.4g} seconds that it may. "
            "Try a smaller dataset or a cheaper model type."
        )
        self._settle(lambda: outcome.give_up(self._cloud, self._record, error))
        self._lost = True

    def _is_renewal_due(self) -> bool:
        lease, stage = self.job.lease, self._cloud.stage
        left_when_due = timedelta(seconds=stage.lease_seconds - stage.renew_seconds)
        return lease is not None and lease.expires_at - self._cloud.now() <= left_when_due

    def _renew(self, progress: Progress) -> None:
        self._write(self.job.renew_lease(expires_at=self._new_expiry(), progress=progress))

    def _new_expiry(self) -> datetime:
        return self._cloud.now() + timedelta(seconds=self._cloud.stage.lease_seconds)

    def _write(self, job: Job) -> None:
        try:
            self._record = store.write(self._cloud, self._record, job)
        except errors.StaleWrite as error:
            raise self._loss() from error

    def _ensure_not_lost(self) -> None:
        if self._lost:
            raise self._loss()

    def _loss(self) -> errors.LeaseLost:
        self._lost = True
        return errors.LeaseLost(f"The lease on job {self.job.job_id} was lost.")
