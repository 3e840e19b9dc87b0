"""Lists jobs, newest first, one page at a time, from their index keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mini_ml import errors, keys
from mini_ml.contracts import ClassificationMetrics, Kind, State
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud
from mini_ml.topology import encoded_bytes

_MOST_READ = 500
"""Maximum number of jobs read for one page; the cursor continues after the last one read."""

_MOST_BYTES = 2_000_000
"""Size of the listed jobs, encoded, after which a page ends: a job has an entry for each column of its file."""

CURSOR = r"^[0-9]{15}-[0-9a-f-]{36}$"
"""The form of a cursor."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The values that a listed job must have; None matches any value."""

    state: State | None = None
    kind: Kind | None = None
    model_name: str | None = None
    upload_key: str | None = None

    def match(self, job: Job) -> bool:
        """Return whether a job has all the values."""
        wanted = (self.state, self.kind, self.model_name, self.upload_key)
        found = (job.state, job.kind, job.model_name, job.upload.key)
        return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some jobs, newest first, and the cursor of the next page; None on the last page."""

    jobs: tuple[Job, ...]
    cursor: str | None


def list_page(cloud: Cloud, filters: Filters, *, limit: int, cursor: str | None) -> Page:
    """Return up to `limit` matching jobs, fewer if they are large.

    Raises:
        InvalidName: the model name or the cursor is malformed.
    """
    if filters.model_name is not None:
        keys.validate_model_name(filters.model_name)
    found: list[Job] = []
    read, size, last = 0, 0, ""
    for key in cloud.artifacts.list_keys(keys.JOBS_BY_TIME, start_after=_start_after(cursor)):
        if len(found) == limit or read == _MOST_READ or size > _MOST_BYTES:
            return Page(jobs=tuple(found), cursor=last.removeprefix(keys.JOBS_BY_TIME))
        last, read = key, read + 1
        matching = [job for job in _load_at(cloud, key) if filters.match(job)]
        size += sum(encoded_bytes(job.model_dump_json()) for job in matching)
        found.extend(matching)
    return Page(jobs=tuple(found), cursor=None)


def _start_after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    if not re.fullmatch(CURSOR, cursor):
        issue = errors.Issue(parameter="cursor", reason="unknown cursor", hint="follow `links.next`")
        raise errors.InvalidName("The cursor was not issued by this server.", issues=[issue])
    return keys.JOBS_BY_TIME + cursor


def _load_at(cloud: Cloud, key: str) -> Iterator[Job]:
    """Yield the job of an index key, unless it was never written or is indexed under another time."""
    try:
        job = store.load(cloud, keys.job_id_in_index(key)).job
    except errors.JobNotFound:
        return
    if keys.job_by_time(job.job_id, job.created_at) == key:
        yield _without_confusion_matrix(job)


def _without_confusion_matrix(job: Job) -> Job:
    """Return a job as it is listed: a confusion matrix has up to 62,500 numbers."""
    if not isinstance(job.metrics, ClassificationMetrics):
        return job
    metrics = job.metrics.model_copy(update={"confusion_matrix": None})
    return job.model_copy(update={"metrics": metrics})
