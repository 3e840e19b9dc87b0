"""Protocols for everything outside the process. adapters/ implements them for AWS and in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from mini_ml.contracts import JobEvent, Kind, Upload
from mini_ml.topology import Stage


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
    """A versioned bucket. Every method raises StorageUnavailable if the store does not respond."""

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

    def list_folders(self, prefix: str) -> Iterator[str]:
        """Iterate over the names of the folders directly below `prefix`, which ends in `/`."""

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
    """Signs and verifies digests with a MAC key; only the trainer may sign."""

    @property
    def key_id(self) -> str:
        """Name of the key, which is part of every seal."""

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, `{key id}.{MAC in hex}`."""

    def verify(self, digest: bytes, seal: str) -> bool:
        """Return whether `seal` was made for `digest` with this key."""


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
