"""In-memory object store. tests/contract runs the same tests on it and on S3ObjectStore."""

import hashlib
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO
from urllib.parse import quote
from uuid import uuid4

from mini_ml.contracts import Upload
from mini_ml.errors import (
    AlreadyExists,
    Issue,
    ObjectMissing,
    ObjectUnreadable,
    StaleWrite,
    UnreadableCause,
    UploadTooLarge,
)
from mini_ml.ports import ObjectHead, ObjectWriter, PresignedPost, StoredObject

_CHUNK_BYTES = 64 * 1024

Hook = Callable[[str, str], None]
"""Called with the method name and the key; raises an exception to simulate a failure."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def no_hook(method: str, key: str) -> None:
    pass


@dataclass(kw_only=True)
class MemoryObjectStore:
    """A versioned in-memory bucket. Thread-safe.

    Tests simulate failures with hooks: an error in `before` is a call that never reached the store, an error in
    `after` is a lost response, and a BaseException is a killed process. Hooks may call the store.
    """

    bucket: str
    now: Callable[[], datetime] = utc_now
    new_version_id: Callable[[], str] = lambda: uuid4().hex
    notify: Callable[[Upload], None] | None = None
    """Called for every created object, like a bucket notification."""
    before: Hook = no_hook
    after: Hook = no_hook
    """Called after writes only."""
    unreadable: dict[str, UnreadableCause] = field(default_factory=dict)
    """Keys of objects that are not returned, and why; the metadata of archived ones are."""
    _versions: dict[str, list[StoredObject | None]] = field(default_factory=dict)
    """Oldest first; None is a delete marker."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def head(self, key: str, *, version_id: str | None = None) -> ObjectHead:
        self.before("head", key)
        found = self._find(key, version_id)
        if self.unreadable.get(key) != "archived":
            self._require_readable(key)
        return found.head

    def get(self, key: str, *, version_id: str | None = None) -> StoredObject:
        self.before("get", key)
        return self._read(key, version_id)

    @contextmanager
    def open(self, key: str, *, version_id: str | None = None) -> Iterator[BinaryIO]:
        self.before("open", key)
        yield io.BytesIO(self._read(key, version_id).body)

    def download(self, key: str, target: BinaryIO, *, version_id: str | None = None) -> ObjectHead:
        self.before("download", key)
        found = self._read(key, version_id)
        for start in range(0, len(found.body), _CHUNK_BYTES):
            target.write(found.body[start : start + _CHUNK_BYTES])
        return found.head

    def put(self, key: str, body: bytes | BinaryIO, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        content = body if isinstance(body, bytes) else body.read()
        return self._write("put", key, content, lambda current: None, metadata)

    def put_new(self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        return self._write("put_new", key, body, lambda current: _must_be_absent(key, current), metadata)

    @contextmanager
    def create(self, key: str) -> Iterator[ObjectWriter]:
        body = io.BytesIO()
        yield _Writer(body)
        self._write("create", key, body.getvalue(), lambda current: _must_be_absent(key, current))

    def replace(self, key: str, body: bytes, *, etag: str) -> ObjectHead:
        return self._write("replace", key, body, lambda current: _must_match(key, current, etag))

    def delete(self, key: str) -> None:
        self.before("delete", key)
        with self._lock:
            if self._current(key) is not None:
                self._versions[key].append(None)
        self.after("delete", key)

    def list_keys(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        self.before("list_keys", prefix)
        return islice((key for key in self._live_keys(prefix) if key > start_after), limit)

    def _live_keys(self, prefix: str) -> list[str]:
        with self._lock:
            return sorted(key for key in self._versions if key.startswith(prefix) and self._current(key) is not None)

    def list_folders(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        self.before("list_folders", prefix)
        below = (key.removeprefix(prefix) for key in self._live_keys(prefix))
        folders = sorted({f"{rest.split('/', 1)[0]}/" for rest in below if "/" in rest})
        return islice((folder.removesuffix("/") for folder in folders if folder > start_after), limit)

    def list_versions(self, prefix: str, *, after: tuple[str, str] | None = None) -> Iterator[ObjectHead]:
        self.before("list_versions", prefix)
        with self._lock:
            below = [versions for key, versions in sorted(self._versions.items()) if key.startswith(prefix)]
            found = [_bare(one.head) for versions in below for one in reversed(versions) if one is not None]
        if after is not None:
            passed = [place for place, head in enumerate(found) if (head.key, head.version_id) == after]
            found = found[passed[0] + 1 :] if passed else [head for head in found if head.key > after[0]]
        return iter(found)

    def presigned_get(
        self, key: str, *, filename: str, media_type: str, expires_seconds: int, version_id: str | None = None
    ) -> str:
        version = "" if version_id is None else f"&versionId={version_id}"
        query = f"filename={quote(filename)}&type={quote(media_type)}&expires={expires_seconds}{version}"
        return f"memory://{self.bucket}/{quote(key)}?{query}"

    def presigned_post(
        self, key: str, *, metadata: Mapping[str, str], max_bytes: int, expires_seconds: int
    ) -> PresignedPost:
        fields = {"key": key, "max-bytes": str(max_bytes), "expires": str(expires_seconds)}
        fields |= {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        return PresignedPost(url=f"memory://{self.bucket}/", fields=fields)

    def receive(self, post: PresignedPost, body: bytes) -> ObjectHead:
        """Store an upload with a presigned form. Raises UploadTooLarge where S3 returns 400."""
        if len(body) > int(post.fields["max-bytes"]):
            raise UploadTooLarge("EntityTooLarge", issues=[Issue(limit="upload_bytes", reason="too large")])
        mark = "x-amz-meta-"
        metadata = {name.removeprefix(mark): value for name, value in post.fields.items() if name.startswith(mark)}
        return self.put(post.fields["key"], body, metadata=metadata)

    def _current(self, key: str) -> StoredObject | None:
        versions = self._versions.get(key)
        return versions[-1] if versions else None

    def _read(self, key: str, version_id: str | None) -> StoredObject:
        found = self._find(key, version_id)
        self._require_readable(key)
        return found

    def _require_readable(self, key: str) -> None:
        if key in self.unreadable:
            raise ObjectUnreadable(key, self.unreadable[key])

    def _find(self, key: str, version_id: str | None) -> StoredObject:
        with self._lock:
            found = self._current(key)
            if version_id is not None:
                versions = self._versions.get(key, [])
                found = next((one for one in versions if one and one.head.version_id == version_id), None)
        if found is None:
            raise ObjectMissing(f"No object `{key}`.")
        return found

    def _write(
        self,
        method: str,
        key: str,
        body: bytes,
        check: Callable[[StoredObject | None], None],
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectHead:
        self.before(method, key)
        with self._lock:
            check(self._current(key))
            head = ObjectHead(
                key=key,
                etag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"',
                size=len(body),
                version_id=self.new_version_id(),
                modified=self.now(),
                metadata=dict(metadata or {}),
            )
            self._versions.setdefault(key, []).append(StoredObject(head=head, body=body))
        if self.notify is not None:
            self.notify(_upload(self.bucket, head))
        self.after(method, key)
        return head


@dataclass
class _Writer:
    body: io.BytesIO

    def write(self, chunk: bytes) -> None:
        self.body.write(chunk)


def _must_be_absent(key: str, current: StoredObject | None) -> None:
    if current is not None:
        raise AlreadyExists(f"`{key}` exists.")


def _must_match(key: str, current: StoredObject | None, etag: str) -> None:
    if current is None or current.head.etag != etag:
        raise StaleWrite(f"`{key}` has changed.")


def _bare(head: ObjectHead) -> ObjectHead:
    return ObjectHead(key=head.key, etag=head.etag, size=head.size, version_id=head.version_id, modified=head.modified)


def _upload(bucket: str, head: ObjectHead) -> Upload:
    return Upload(bucket=bucket, key=head.key, version_id=head.version_id, size=head.size, uploaded_at=head.modified)
