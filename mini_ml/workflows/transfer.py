"""Copies files between S3 and a work folder: size limits before reading, create-only writes."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from mini_ml import errors
from mini_ml.contracts import Upload
from mini_ml.jobs.uploads import build_unreadable_error
from mini_ml.ports import ObjectHead, ObjectStore

_CHUNK_BYTES = 1024 * 1024


def download(store: ObjectStore, upload: Upload, path: Path, *, max_bytes: int) -> str:
    """Copy exactly the uploaded version to `path` and return its SHA-256 in hex.

    Raises:
        LimitExceeded: it is larger than `max_bytes`; nothing is copied.
        UploadNotReceived: the object version was removed.
        UploadUnreadable: S3 does not return it: it is archived, encrypted with another key, or access is denied.
    """
    _check_size(upload, max_bytes)
    with path.open("wb") as target, _upload_errors(upload):
        store.download(upload.key, target, version_id=upload.version_id)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_upload(store: ObjectStore, upload: Upload, *, max_bytes: int) -> Iterator[BinaryIO]:
    """Open exactly the uploaded version as a stream. Raises as `download` does."""
    _check_size(upload, max_bytes)
    with _upload_errors(upload), store.open(upload.key, version_id=upload.version_id) as source:
        yield source


def _check_size(upload: Upload, max_bytes: int) -> None:
    if (upload.size or 0) > max_bytes:
        raise errors.LimitExceeded(
            f"The file has {upload.size:,} bytes; at most {max_bytes:,} are allowed.",
            issues=[
                errors.Issue(
                    limit="upload_bytes", reason="too many bytes", hint=f"hand over at most {max_bytes:,} bytes"
                )
            ],
        )


@contextmanager
def _upload_errors(upload: Upload) -> Iterator[None]:
    """Raise the errors of an upload that is missing or cannot be read."""
    try:
        yield
    except errors.ObjectUnreadable as error:
        if error.key != upload.key:
            raise
        raise build_unreadable_error(error) from error
    except errors.ObjectMissing as error:
        raise errors.UploadNotReceived("The uploaded file was removed before it could be read.") from error


def put_once(store: ObjectStore, key: str, body: BinaryIO) -> ObjectHead:
    """Write a file to a key that only this attempt uses; an object that exists there is its own repeated write."""
    return stream_once(store, key, iter(lambda: body.read(_CHUNK_BYTES), b""))


def put_bytes_once(store: ObjectStore, key: str, body: bytes) -> ObjectHead:
    """Write bytes as `put_once` writes a file."""
    return put_once(store, key, BytesIO(body))


def stream_once(store: ObjectStore, key: str, chunks: Iterable[bytes]) -> ObjectHead:
    """Write chunks to a new object, which becomes visible when all are written."""
    try:
        with store.create(key) as writer:
            for chunk in chunks:
                writer.write(chunk)
    except errors.AlreadyExists:
        pass  # the same job wrote the same bytes before: an attempt that died, or a retry of the S3 client
    return store.head(key)
