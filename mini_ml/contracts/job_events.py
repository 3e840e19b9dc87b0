"""The event that tells other programs how a job ended."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import Kind
from mini_ml.topology import EventType


class JobEvent(FrozenModel):
    """How a job ended. It contains nothing of the file: no name of the file, no names of columns, no values."""

    type: EventType
    """How the job ended."""
    event_id: str
    """The same whenever this event is sent again, and another one if the job is retried and ends again."""
    job_id: str
    """The job."""
    kind: Kind
    """`train` or `predict`."""
    model_name: str | None
    """The model; null if the upload's key does not contain a valid name."""
    version: int | None
    """The version that was published, or that scored the file; null if the job ended before there was one."""
    code: str | None
    """Code of the problem, as in [errors.md](errors.md#codes); null if the job succeeded."""
    correlation_id: str | None
    """Correlation id of the request or of the uploaded object; null if it has none."""
    created_at: datetime
    """When the job was created."""
    started_at: datetime | None
    """When a worker began its first attempt; null if none did."""
    finished_at: datetime
    """When the job ended."""
    attempt: int
    """Number of attempts so far, those before a retry included."""
    links: dict[str, str]
    """The job's links, as in `GET /jobs/{job_id}`, relative to the URL of the API with a `/` at its end."""
