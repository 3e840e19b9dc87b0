"""Lists jobs, newest first, one page at a time, from their index keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mini_ml import errors, keys
from mini_ml.contracts import ClassificationMetrics, Kind, State
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.parallel import map_parallel
from mini_ml.ports import Cloud
from mini_ml.topology import encoded_bytes

_MOST_READ = 200
"""Maximum number of jobs read for a page with filters; the cursor continues after the last one read."""

_READ_AT_ONCE = 32
"""Number of jobs to read in parallel before the page is checked for its end."""

_MOST_BYTES = 2_000_000
"""Maximum size of the jobs on a page, encoded: a job has an entry for each column of its file."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The values that a listed job must have; None matches any value."""

    state: State | None = None
    kind: Kind | None = None
    model_name: str | None = None
    upload_key: str | None = None

    @property
    def match_all(self) -> bool:
        """Whether every job has the values."""
        return self == Filters()

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
    most = limit if filters.match_all else _MOST_READ
    index_keys = list(cloud.artifacts.list_keys(keys.JOBS_BY_TIME, start_after=_start_after(cursor), limit=most + 1))
    found: list[Job] = []
    size = 0
    for read, job in enumerate(_read_ahead(cloud, index_keys[:most]), start=1):
        if job is not None and filters.match(job):
            job_bytes = encoded_bytes(job.model_dump_json())
            if found and size + job_bytes > _MOST_BYTES:
                return _end_page(found, index_keys[read - 2])
            found.append(job if job_bytes <= _MOST_BYTES else _without_names(job))
            size += job_bytes
        if read < len(index_keys) and (len(found) == limit or read == most):
            return _end_page(found, index_keys[read - 1])
    return Page(jobs=tuple(found), cursor=None)


def _end_page(found: Sequence[Job], last_key: str) -> Page:
    """Return a page that has a next one, which begins after the job of an index key."""
    return Page(jobs=tuple(found), cursor=last_key.removeprefix(keys.JOBS_BY_TIME))


def _read_ahead(cloud: Cloud, index_keys: Sequence[str]) -> Iterator[Job | None]:
    """Yield the job of each index key, in their order; some are read in parallel before they are needed."""
    for start in range(0, len(index_keys), _READ_AT_ONCE):
        yield from map_parallel(lambda key: _load_at(cloud, key), index_keys[start : start + _READ_AT_ONCE])


def _start_after(cursor: str | None) -> str:
    return "" if cursor is None else keys.JOBS_BY_TIME + keys.validate_cursor(cursor)


def _load_at(cloud: Cloud, key: str) -> Job | None:
    """Return the job of an index key; None if it was never written or is indexed under another time."""
    try:
        job = store.load(cloud, keys.job_id_in_index(key)).job
    except errors.JobNotFound:
        return None
    return _without_confusion_matrix(job) if keys.job_by_time(job.job_id, job.created_at) == key else None


def _without_names(job: Job) -> Job:
    """Return a job without what names the columns and labels of its file, because they alone can fill an answer."""
    metrics = job.metrics
    if isinstance(metrics, ClassificationMetrics):
        metrics = metrics.model_copy(update={"labels": ()})
    return job.model_copy(update={"metrics": metrics, "columns": (), "warnings": (), "file": None})


def _without_confusion_matrix(job: Job) -> Job:
    """Return a job as it is listed: a confusion matrix has up to 62,500 numbers."""
    if not isinstance(job.metrics, ClassificationMetrics):
        return job
    metrics = job.metrics.model_copy(update={"confusion_matrix": None})
    return job.model_copy(update={"metrics": metrics})
