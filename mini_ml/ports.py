"""What the workflows need of the outside world, as Protocols; adapters/ has the real ones and those in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from mini_ml.contracts import Kind, Upload
from mini_ml.topology import Stage


@dataclass(frozen=True, kw_only=True)
class ObjectHead:
    """What the store knows of an object without its body."""

    key: str
    etag: str
    size: int
    """Bytes."""
    version_id: str
    modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object read whole."""

    head: ObjectHead
    body: bytes


@dataclass(frozen=True, kw_only=True)
class PresignedPost:
    """A form that lets its holder upload one object to `url` without credentials."""

    url: str
    fields: Mapping[str, str]


class ObjectWriter(Protocol):
    """An object being written; it becomes visible only when its `create` block ends without an error."""

    def write(self, chunk: bytes) -> None:
        """Append bytes."""


class ObjectStore(Protocol):
    """One versioned bucket. Every method raises StorageUnavailable when the store does not answer."""

    @property
    def bucket(self) -> str:
        """Name of the bucket."""

    def head(self, key: str, *, version_id: str | None = None) -> ObjectHead:
        """Describe an object, its newest version unless one is named. Raises ObjectMissing."""

    def get(self, key: str, *, version_id: str | None = None) -> StoredObject:
        """Read an object whole. Raises ObjectMissing."""

    def open(self, key: str, *, version_id: str | None = None) -> AbstractContextManager[BinaryIO]:
        """Read an object as a stream, in memory that does not grow with it. Raises ObjectMissing at once."""

    def download(self, key: str, target: BinaryIO, *, version_id: str | None = None) -> ObjectHead:
        """Copy an object into `target` in chunks. Raises ObjectMissing."""

    def put(self, key: str, body: bytes | BinaryIO, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object whatever was there."""

    def put_new(self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object that must not exist (If-None-Match). Raises AlreadyExists."""

    def create(self, key: str) -> AbstractContextManager[ObjectWriter]:
        """Stream an object that must not exist. Raises AlreadyExists when the block ends and one does."""

    def replace(self, key: str, body: bytes, *, etag: str) -> ObjectHead:
        """Write over exactly the version that `etag` names (If-Match). Raises StaleWrite."""

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is no error."""

    def list_keys(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        """Iterate over keys in byte order, lazily, page by page."""

    def list_folders(self, prefix: str) -> Iterator[str]:
        """Iterate over the names directly below `prefix` (which ends in `/`) that have keys below them."""

    def list_versions(self, prefix: str, *, after: tuple[str, str] | None = None) -> Iterator[ObjectHead]:
        """Iterate over every version of every object below `prefix`, lazily, by key and newest first.

        Delete markers and metadata are left out. `after` is the key and version id to go on behind.
        """

    def presigned_get(
        self, key: str, *, filename: str, media_type: str, expires_seconds: int, version_id: str | None = None
    ) -> str:
        """Return a URL for clients outside that downloads the object, or one version of it, as `filename` of a type."""

    def presigned_post(
        self, key: str, *, metadata: Mapping[str, str], max_bytes: int, expires_seconds: int
    ) -> PresignedPost:
        """Return a form for clients outside; the store itself refuses more than `max_bytes`."""


class Queue(Protocol):
    """One work queue."""

    def send(self, upload: Upload) -> None:
        """Announce an upload again, as the store's own notification would. Raises StorageUnavailable."""

    def depth(self) -> int:
        """Return about how many messages wait. Raises StorageUnavailable."""


class Seal(Protocol):
    """A MAC over digests, under a key that only the trainer can sign with."""

    @property
    def key_id(self) -> str:
        """Name of the key, which stands in every seal it makes."""

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, `{key id}.{MAC in hex}`."""

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell whether `seal` was made for `digest`."""


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Everything outside that a workflow may touch; handler.py builds the real one, once."""

    uploads: ObjectStore
    artifacts: ObjectStore
    queues: Mapping[Kind, Queue]
    seal: Seal
    stage: Stage
    now: Callable[[], datetime]
    """The time, in UTC."""
    new_id: Callable[[], str]
    """A fresh job id (UUIDv7), also used to name lease holders."""
    sleep: Callable[[float], None]
    """Wait that many seconds."""
    every: Callable[[float, Callable[[], None]], AbstractContextManager[None]]
    """Call a function every so many seconds, in the background, until the block ends."""
