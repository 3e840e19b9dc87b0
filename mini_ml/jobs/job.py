"""A job: its states, what moves it from one to the next, and what may be done with it.

Every method that changes a job takes the values it needs by name and returns a new, validated `Job`; nothing here
reads or writes a store. `store.write` writes the result over the version it was made from.

    awaiting_upload ── start_attempt ──────────┐
          │                                    ▼        ┌─ renew_lease, record_intent
          │ announce_again  ┌─ start_attempt ▶ running ◀┘
          ▼                 │                  │  │
        queued ─────────────┘                  │  └─ succeed_training, succeed_prediction ─▶ succeeded
          ▲                                    │                                                 ▲
          ├─ give_back, announce_again ────────┘                                                 │
          │                                                                  succeed_training    │
          └─ retry ── failed ◀── fail, cancel, from every open state       (it was published) ───┘

An open job is `awaiting_upload`, `queued` or `running`. `start_attempt` also takes over a `running` job whose lease
has expired. A job that was queued again or failed while its worker published a version succeeds after all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypedDict, Unpack

from mini_ml import errors
from mini_ml.contracts import (
    OPEN_STATES,
    BatchSummary,
    Candidate,
    ColumnReport,
    DataWarning,
    Failure,
    FileReport,
    FrozenModel,
    IssueView,
    Kind,
    Lease,
    Manifest,
    Metrics,
    PredictOptions,
    PredictResult,
    Progress,
    State,
    TrainOptions,
    TrainResult,
    Upload,
)

_NEXT_STATES: Final[Mapping[State, frozenset[State]]] = {
    "awaiting_upload": frozenset({"queued", "running", "failed"}),
    "queued": frozenset({"queued", "running", "succeeded", "failed"}),
    "running": frozenset({"queued", "running", "succeeded", "failed"}),
    "failed": frozenset({"queued", "succeeded"}),
    "succeeded": frozenset(),
}
_UNREADABLE_CODES: Final = frozenset({errors.UploadUnreadable.code, errors.UploadAccessDenied.code})
_MAX_ANNOUNCEMENTS: Final = 10
"""The count stops here, so that the wait between two announcements stops doubling."""


class _Changes(TypedDict, total=False):
    """The fields that change during the life of a job, with their types."""

    state: State
    version: int | None
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    queued_at: datetime | None
    announcements: int
    attempt: int
    attempts_before: int
    upload: Upload
    progress: Progress
    lease: Lease | None
    intent: int | None
    metrics: Metrics | None
    result: TrainResult | PredictResult | None
    file: FileReport | None
    warnings: tuple[DataWarning, ...]
    columns: tuple[ColumnReport, ...]
    candidates: tuple[Candidate, ...]
    setback: Failure | None
    failure: Failure | None


class Job(FrozenModel):
    """A job as stored in S3. All updates are conditional (If-Match)."""

    job_id: str
    correlation_id: str | None = None
    """Id of the request or upload that created the job; None in jobs of releases without such ids."""
    kind: Kind
    state: State
    model_name: str | None = None
    """None only if the upload's key does not contain a valid model name."""
    version: int | None = None
    """Train: the published version. Predict: the version resolved under the first lease."""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    """Time from which the sweep fails a job that is still awaiting its upload."""
    queued_at: datetime | None = None
    """When a message for the job was last sent to its queue."""
    announcements: int = 0
    """How often the sweep has sent the message again."""
    attempt: int = 0
    """Number of the current attempt. Retries continue counting, so that each attempt writes to its own keys."""
    attempts_before: int = 0
    """Attempts before the last retry; they do not count towards the maximum."""
    upload: Upload
    train: TrainOptions | None = None
    predict: PredictOptions | None = None
    """Both are None if the options of an S3 upload are invalid; such a job cannot be retried."""
    inline: bool = False
    """Whether to also write the predictions as JSON, for the response of `POST /predict`."""
    progress: Progress = Progress()
    lease: Lease | None = None
    intent: int | None = None
    """Version number that the current or a previous lease holder may already have published."""
    metrics: Metrics | None = None
    result: TrainResult | PredictResult | None = None
    file: FileReport | None = None
    """How the file was read; None while the job is open, and in jobs of releases that did not say it."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the data that an analyst would want to know."""
    columns: tuple[ColumnReport, ...] = ()
    """Train: what was decided about each column of the file, in its order."""
    candidates: tuple[Candidate, ...] = ()
    """Train: the leaderboard of `auto`, best first."""
    setback: Failure | None = None
    """Error of the last attempt that returned the job to its queue."""
    failure: Failure | None = None

    # ------------------------------------------------------------ what is known about it

    @property
    def is_open(self) -> bool:
        """Whether the job has not ended yet."""
        return self.state in OPEN_STATES

    def has_ended_before(self, moment: datetime) -> bool:
        """Return whether the job ended before a moment."""
        return not self.is_open and (self.finished_at is None or self.finished_at < moment)

    @property
    def attempts_made(self) -> int:
        """Number of attempts since the job was created or last retried."""
        return self.attempt - self.attempts_before

    def has_attempts_left(self, attempts: int) -> bool:
        """Return whether the job may be tried again when `attempts` are allowed."""
        return self.attempts_made < attempts

    def has_live_lease(self, now: datetime) -> bool:
        """Return whether a worker currently holds the lease."""
        return self.lease is not None and self.lease.expires_at > now

    def is_overdue(self, *, now: datetime, requeue_after: timedelta) -> bool:
        """Return whether a queued job has waited so long that its message may be lost.

        The allowed wait doubles with each announcement, so a long queue is not filled with repeated messages.
        """
        allowed: timedelta = requeue_after * 2**self.announcements
        return now - (self.queued_at or self.created_at) > allowed

    def is_upload_pending(self, now: datetime) -> bool:
        """Return whether the job's file may still be uploaded."""
        return self.state == "awaiting_upload" and self.expires_at is not None and self.expires_at > now

    def is_for_object(self, upload: Upload) -> bool:
        """Return whether the job was made for the upload's bucket and key, whatever the object version."""
        return (self.upload.bucket, self.upload.key) == (upload.bucket, upload.key)

    def waits_for(self, upload: Upload) -> bool:
        """Return whether the job was made for this object and has not taken another version of it."""
        return self.is_for_object(upload) and self.upload.version_id in (None, upload.version_id)

    @property
    def has_options(self) -> bool:
        """Whether the options are known; those of an S3 upload may have been wrong."""
        return self.train is not None or self.predict is not None

    @property
    def can_be_retried(self) -> bool:
        """Whether a retry could succeed: the job failed, and its options and its file are known."""
        has_file = self.expires_at is None or self.upload.version_id is not None or self._has_unreadable_upload
        return self.state == "failed" and self.has_options and has_file

    def check_retryable(self) -> None:
        """Raise JobNotRetryable unless the job failed and its options are known."""
        if self.state != "failed":
            raise errors.JobNotRetryable(f"The job is {self.state}; only a failed job can be retried.")
        if not self.has_options and self._has_unreadable_upload:
            raise errors.JobNotRetryable(
                "S3 did not return the options of this upload either. Do what the hint of its error says, then upload "
                "the file again."
            )
        if not self.has_options:
            raise errors.JobNotRetryable("The key or the options of this upload are wrong; upload it again, corrected.")

    @property
    def _has_unreadable_upload(self) -> bool:
        """Whether the job failed because S3 has its file, but does not return it."""
        return self.failure is not None and self.failure.code in _UNREADABLE_CODES

    def check_cancellable(self) -> None:
        """Raise JobNotCancellable if the job has ended."""
        if not self.is_open:
            raise errors.JobNotCancellable(f"The job has already {self.state}.")

    # ------------------------------------------------------------ what moves it

    def await_upload(self, *, expires_at: datetime) -> "Job":
        """Return a new, unwritten job that waits for its file until `expires_at`."""
        return self._change(state="awaiting_upload", expires_at=expires_at)

    def start_attempt(
        self, *, holder: str, now: datetime, expires_at: datetime, upload: Upload, version: int | None
    ) -> "Job":
        """Lease an open job without a live lease to one worker.

        Args:
            holder: unique id of the worker's lease.
            now: the time at which the attempt starts.
            expires_at: when other workers may take the job over, unless the lease is renewed.
            upload: the object version to work on; an upload time that the job already has stays.
            version: the job's model version: pinned by the first lease of a prediction, else what the job has.
        """
        return self._move(
            "running",
            attempt=self.attempt + 1,
            started_at=self.started_at or now,
            upload=self._date_upload(upload),
            progress=Progress(bytes_total=upload.size or 0),
            lease=Lease(holder=holder, expires_at=expires_at),
            version=version,
        )

    def receive_upload(self, upload: Upload) -> "Job":
        """Record the object version that arrived; an upload time that the job already has stays."""
        return self._change(upload=self._date_upload(upload))

    def _date_upload(self, upload: Upload) -> Upload:
        return Upload(**{**dict(upload), "uploaded_at": self.upload.uploaded_at or upload.uploaded_at})

    def renew_lease(self, *, expires_at: datetime, progress: Progress) -> "Job":
        """Extend the lease and record the progress. Raises LeaseLost if the job has no lease."""
        return self._change(lease=self._extend_lease(expires_at), progress=progress)

    def record_intent(self, *, version: int, expires_at: datetime) -> "Job":
        """Record the version number about to be published, and extend the lease. Raises LeaseLost if there is none."""
        return self._change(lease=self._extend_lease(expires_at), intent=version)

    def _extend_lease(self, expires_at: datetime) -> Lease:
        if self.lease is None:
            raise errors.LeaseLost(f"The lease on job {self.job_id} was lost.")
        return Lease(holder=self.lease.holder, expires_at=expires_at)

    def succeed_training(self, *, now: datetime, result: TrainResult, manifest: Manifest, progress: Progress) -> "Job":
        """End a training whose version is published with this manifest.

        A failed job succeeds too: its worker published before it was failed.
        """
        return self._move(
            "succeeded",
            finished_at=now,
            lease=None,
            failure=None,
            version=result.version,
            result=result,
            metrics=manifest.metrics,
            file=manifest.file,
            warnings=manifest.warnings,
            columns=manifest.columns,
            candidates=manifest.candidates,
            progress=progress.model_copy(update={"training": None}),
        )

    def succeed_prediction(
        self, *, now: datetime, result: PredictResult, summary: BatchSummary, progress: Progress
    ) -> "Job":
        """End a batch prediction whose output and summary are written."""
        return self._move(
            "succeeded",
            finished_at=now,
            lease=None,
            failure=None,
            result=result,
            file=summary.file,
            warnings=summary.warnings,
            progress=progress,
        )

    def fail(self, *, now: datetime, failure: Failure) -> "Job":
        """End an open job with the reason for its failure."""
        return self._move("failed", finished_at=now, lease=None, failure=failure)

    def cancel(self, *, now: datetime) -> "Job":
        """End an open job at a client's request, even if a worker holds its lease."""
        return self.fail(now=now, failure=build_failure(errors.JobCancelled("The job was cancelled by a client.")))

    def give_back(self, *, now: datetime, setback: Failure) -> "Job":
        """Return a job to its queue after an attempt that failed for a reason other than the client's data."""
        return self._move("queued", lease=None, queued_at=now, setback=setback)

    def announce_again(self, *, now: datetime, upload: Upload) -> "Job":
        """Queue an open job again whose message or worker was lost; each announcement doubles the wait for the next."""
        announcements = min(self.announcements + 1, _MAX_ANNOUNCEMENTS)
        return self._move("queued", lease=None, upload=upload, queued_at=now, announcements=announcements)

    def retry(self, *, now: datetime, upload: Upload) -> "Job":
        """Queue a failed job again with all its attempts."""
        return self._move(
            "queued",
            attempts_before=self.attempt,
            upload=upload,
            queued_at=now,
            announcements=0,
            finished_at=None,
            setback=None,
            failure=None,
        )

    def _move(self, to: State, **changes: Unpack[_Changes]) -> "Job":
        """Return the job in its next state. Raises ValueError if `_NEXT_STATES` does not allow it."""
        if to not in _NEXT_STATES[self.state]:
            raise ValueError(f"Job {self.job_id} is {self.state} and cannot become {to}.")
        changes["state"] = to
        return self._change(**changes)

    def _change(self, **changes: Unpack[_Changes]) -> "Job":
        """Return a validated copy with new values."""
        return Job.model_validate({**dict(self), **changes})


def build_failure(error: errors.MiniMLError) -> Failure:
    """Return an error in the form in which a job stores it."""
    issues = tuple(map(IssueView.of, error.issues))
    return Failure(code=error.code, detail=error.detail, errors=issues, retryable=error.retryable)
