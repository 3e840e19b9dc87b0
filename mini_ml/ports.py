"""Protocols for everything outside the process. adapters/ implements them for AWS and in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, Protocol

from mini_ml.contracts import JobEvent, Kind, Upload
from mini_ml.topology import Stage
from mini_ml.topology.metrics import Metric


@dataclass(frozen=True, kw_only=True)
class ObjectHead:
    """Metadata of a stored object."""

    key: str
    etag: str
    size: int
    """Bytes."""
    version_id: str
    modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """A stored object and its full body."""

    head: ObjectHead
    body: bytes


@dataclass(frozen=True, kw_only=True)
class PresignedPost:
    """Form fields that allow one upload to `url` without credentials."""

    url: str
    fields: Mapping[str, str]


class ObjectWriter(Protocol):
    """Writer for a new object, which becomes visible when the `create` block ends without an error."""

    def write(self, chunk: bytes) -> None:
        """Append bytes to the object."""


class ObjectStore(Protocol):
    """A versioned bucket. Every method raises StorageUnavailable if the store does not respond.

    The methods that read an object raise its subclass ObjectUnreadable if the store does not return the object: it is
    archived, encrypted with another key, or access is denied. The metadata of such an object may be readable.
    """

    @property
    def bucket(self) -> str:
        """Name of the bucket."""

    def head(self, key: str, *, version_id: str | None = None) -> ObjectHead:
        """Return the metadata of an object, by default of its newest version. Raises ObjectMissing."""

    def get(self, key: str, *, version_id: str | None = None) -> StoredObject:
        """Read a whole object into memory. Raises ObjectMissing."""

    def open(self, key: str, *, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        """Open an object as a stream that uses constant memory. Raises ObjectMissing immediately."""

    def download(self, key: str, target: BinaryIO, *, version_id: str | None = None) -> ObjectHead:
        """Copy an object into `target` in chunks. Raises ObjectMissing."""

    def put(self, key: str, body: bytes | BinaryIO, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object, replacing an existing one."""

    def put_new(self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object only if the key does not exist (If-None-Match). Raises AlreadyExists."""

    def create(self, key: str) -> AbstractContextManager[ObjectWriter]:
        """Write a new object as a stream. Raises AlreadyExists at the end of the block if the key exists."""

    def replace(self, key: str, body: bytes, *, etag: str) -> ObjectHead:
        """Replace an object only if its current ETag is `etag` (If-Match). Raises StaleWrite."""

    def delete(self, key: str) -> None:
        """Delete an object. Deleting a missing object is not an error."""

    def list_keys(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        """Iterate over keys in byte order, fetching pages lazily."""

    def list_folders(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        """Iterate lazily over the names of the folders directly below `prefix`, which ends in `/`.

        They are in the byte order of their keys, `{name}/`: `a-b` comes before `a`. Only folders whose key is after
        `start_after` count, so `a/` continues after the folder `a`.
        """

    def list_versions(self, prefix: str, *, after: tuple[str, str] | None = None) -> Iterator[ObjectHead]:
        """Iterate lazily over every version of every object below `prefix`, by key and newest first.

        Delete markers and metadata are omitted. `after` is the key and version id to continue after.
        """

    def presigned_get(
        self, key: str, *, filename: str, media_type: str, expires_seconds: int, version_id: str | None = None
    ) -> str:
        """Return a public URL that downloads the object, or one version of it, as `filename` with `media_type`."""

    def presigned_post(
        self, key: str, *, metadata: Mapping[str, str], max_bytes: int, expires_seconds: int
    ) -> PresignedPost:
        """Return a form with which external clients upload `key`; the store rejects more than `max_bytes`."""


class Queue(Protocol):
    """A work queue."""

    def send(self, upload: Upload) -> None:
        """Send the same message as the store's upload notification. Raises StorageUnavailable."""

    def depth(self) -> int:
        """Return the approximate number of waiting messages. Raises StorageUnavailable."""


class EventBus(Protocol):
    """Tells other programs how jobs ended."""

    def send(self, event: JobEvent) -> None:
        """Send an event; takes a few seconds at most.

        Raises:
            EventNotSent: the bus did not accept it; send it again later.
            EventRejected: the bus will never accept it.
        """


class Seal(Protocol):
    """Signs and verifies digests with a MAC key; only the trainer may sign. Further keys may verify too."""

    @property
    def key_id(self) -> str:
        """Name of the key that signs, which is part of every seal."""

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, `{key id}.{MAC in hex}`."""

    def verify(self, digest: bytes, seal: str) -> bool:
        """Return whether `seal` was made for `digest` with this key, or with a further one that is accepted."""


class Metrics(Protocol):
    """Records what operators watch. `mini_ml/topology/metrics.py` lists the metrics.

    Recording never fails for a reason outside the program, because no work may fail for its metrics. Every method
    raises ValueError for another kind of metric, other labels, or a value that a label does not have.
    """

    def count(self, metric: Metric, amount: int = 1, **labels: str) -> None:
        """Increase a counter."""

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add a duration to a histogram."""

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""

    def flush(self) -> None:
        """Write what is buffered; called at the end of each invocation of a function."""

    def render(self) -> bytes | None:
        """Return the metrics of all processes of the service in Prometheus' text format; None if they go elsewhere."""


class NoMetrics:
    """Records nothing."""

    def count(self, metric: Metric, amount: int = 1, **labels: str) -> None:
        """Do nothing."""

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Do nothing."""

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Do nothing."""

    def render(self) -> None:
        """Return nothing."""


NO_METRICS: Final = NoMetrics()


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """All ports that a workflow may use. Each service builds one at startup."""

    uploads: ObjectStore
    artifacts: ObjectStore
    queues: Mapping[Kind, Queue]
    events: EventBus
    seal: Seal
    stage: Stage
    now: Callable[[], datetime]
    """Returns the current time in UTC."""
    new_id: Callable[[], str]
    """Returns a new job id (UUIDv7); also used to name lease holders."""
    sleep: Callable[[float], None]
    """Waits for a number of seconds."""
    every: Callable[[float, Callable[[], None]], AbstractContextManager[None]]
    """Calls a function at an interval in seconds, in the background, until the block ends."""
    metrics: Metrics = NO_METRICS
    """Records what operators watch."""
    seconds_left: Callable[[], float | None] = lambda: None
    """Returns the seconds until the running invocation is stopped; None if nothing stops it."""

    def limit_seconds(self, seconds: float) -> float:
        """Return `seconds`, or the time that is left to the running invocation if that is less."""
        left = self.seconds_left()
        return seconds if left is None else min(seconds, left)
