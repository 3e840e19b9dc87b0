"""Lists jobs newest first by their index keys, a page at a time, without ever listing all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mini_ml import errors, keys
from mini_ml.contracts import Job, Kind, State
from mini_ml.ports import Cloud
from mini_ml.workflows import jobs

_MOST_READ = 500
"""Jobs that one page may read in search of those that fit; the cursor goes on from there."""

CURSOR = r"^[0-9]{15}-[0-9a-f-]{36}$"
"""The form of a cursor."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the listed jobs must be; None means anything."""

    state: State | None = None
    kind: Kind | None = None
    model_name: str | None = None
    upload_key: str | None = None

    def fit(self, job: Job) -> bool:
        """Tell whether a job is wanted."""
        wanted = (self.state, self.kind, self.model_name, self.upload_key)
        found = (job.state, job.kind, job.model_name, job.upload.key)
        return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some jobs, newest first, and where the next page begins; None at the end."""

    jobs: tuple[Job, ...]
    cursor: str | None


def listing(cloud: Cloud, filters: Filters, *, limit: int, cursor: str | None) -> Page:
    """Return up to `limit` jobs that fit. Raises InvalidName for a model name or a cursor that nobody gave."""
    if filters.model_name is not None:
        keys.checked_model_name(filters.model_name)
    found: list[Job] = []
    read, last = 0, ""
    for key in cloud.artifacts.list_keys(keys.JOBS_BY_TIME, start_after=_start(cursor)):
        if len(found) == limit or read == _MOST_READ:
            return Page(jobs=tuple(found), cursor=last.removeprefix(keys.JOBS_BY_TIME))
        last, read = key, read + 1
        found.extend(job for job in _job_at(cloud, key) if filters.fit(job))
    return Page(jobs=tuple(found), cursor=None)


def _start(cursor: str | None) -> str:
    if cursor is None:
        return ""
    if not re.fullmatch(CURSOR, cursor):
        fault = errors.Issue(parameter="cursor", reason="no page gave this cursor", hint="follow `links.next`")
        raise errors.InvalidName("The cursor is not one of ours.", issues=[fault])
    return keys.JOBS_BY_TIME + cursor


def _job_at(cloud: Cloud, key: str) -> Iterator[Job]:
    """Yield the job of an index key, if it was ever written and no other key is its own."""
    try:
        job = jobs.load(cloud, keys.job_id_in_index(key)).job
    except errors.JobNotFound:
        return
    if keys.job_by_time(job.job_id, job.created_at) == key:
        yield job
