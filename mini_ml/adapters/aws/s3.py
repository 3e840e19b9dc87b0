"""ObjectStore on S3: conditional writes, object versions, lazy listings and presigned URLs."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BufferedReader
from itertools import islice
from os import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from mini_ml.adapters.aws.conditional import write_if
from mini_ml.adapters.aws.failures import status_of, translate_errors, translate_read_errors
from mini_ml.adapters.aws.multipart import NewObject
from mini_ml.adapters.aws.ranges import RangeReader
from mini_ml.errors import AlreadyExists, StaleWrite
from mini_ml.ports import ObjectHead, ObjectWriter, PresignedPost, StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES = 1024 * 1024
_PAGE_KEYS = 1000
_BEYOND_THE_END = 416
_UNEXPLAINED = frozenset({400, 403})


class S3ObjectStore:
    """A versioned bucket. `ports.ObjectStore` documents the methods and their errors."""

    def __init__(self, client: "S3Client", bucket: str, *, public_client: "S3Client | None" = None) -> None:
        """Create a store.

        Args:
            client: client for all calls.
            bucket: name of the bucket.
            public_client: signs URLs for external clients; None means `client`.
        """
        self._client = client
        self._bucket = bucket
        self._public_client = public_client or client

    @property
    def bucket(self) -> str:
        """Name of the bucket."""
        return self._bucket

    def head(self, key: str, *, version_id: str | None = None) -> ObjectHead:
        """Return the metadata of an object, by default of its newest version."""
        with translate_read_errors(key, versioned=version_id is not None):
            return _head(key, self._head(self._address(key, version_id)))

    def _head(self, address: dict[str, Any]) -> Mapping[str, Any]:
        """Ask for the metadata of an object. A rejected HEAD has no body that says why, so the object is asked for."""
        try:
            return self._client.head_object(**address)
        except ClientError as error:
            if status_of(error) in _UNEXPLAINED:
                self._client.get_object(**address, Range="bytes=0-0")["Body"].close()
            raise

    def get(self, key: str, *, version_id: str | None = None) -> StoredObject:
        """Read a whole object into memory."""
        with translate_read_errors(key, versioned=version_id is not None):
            answer = self._client.get_object(**self._address(key, version_id))
            with closing(answer["Body"]) as body:
                return StoredObject(head=_head(key, answer), body=body.read())

    def download(self, key: str, target: BinaryIO, *, version_id: str | None = None) -> ObjectHead:
        """Copy an object into `target` in chunks."""
        with translate_read_errors(key, versioned=version_id is not None):
            answer = self._client.get_object(**self._address(key, version_id))
            with closing(answer["Body"]) as body:
                for chunk in body.iter_chunks(_CHUNK_BYTES):
                    target.write(chunk)
            return _head(key, answer)

    def put(self, key: str, body: bytes | BinaryIO, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object, replacing an existing one. Values of `metadata` must be ASCII."""
        size = _size(body)
        with translate_errors(key):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, Metadata=metadata or {})
            return _build_head(key, size, answer, metadata)

    def put_new(self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None) -> ObjectHead:
        """Write an object only if the key does not exist. Values of `metadata` must be ASCII."""
        given = metadata or {}
        answer = write_if(
            AlreadyExists,
            key,
            lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=body, Metadata=given, IfNoneMatch="*"),
        )
        return _build_head(key, len(body), answer, given)

    def replace(self, key: str, body: bytes, *, etag: str) -> ObjectHead:
        """Replace an object only if its current ETag is `etag`."""
        answer = write_if(
            StaleWrite,
            key,
            lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfMatch=etag),
        )
        return _build_head(key, len(body), answer)

    @contextmanager
    def create(self, key: str) -> Iterator[ObjectWriter]:
        """Write a new object as a stream. Objects larger than one part are uploaded while they are written."""
        with translate_errors(key), NewObject(self._client, self._bucket, key) as upload:
            yield upload
            write_if(AlreadyExists, key, upload.complete)

    @contextmanager
    def open(self, key: str, *, version_id: str | None = None) -> Iterator[BinaryIO]:
        """Open an object as a stream."""

        def fetch(start: int, size: int) -> bytes:
            with translate_read_errors(key, versioned=version_id is not None):
                return self._range(key, version_id, start, size)

        with BufferedReader(RangeReader(fetch), _CHUNK_BYTES) as source:
            yield source

    def _range(self, key: str, version_id: str | None, start: int, size: int) -> bytes:
        asked = f"bytes={start}-{start + size - 1}"
        try:
            answer = self._client.get_object(**self._address(key, version_id), Range=asked)
        except ClientError as error:
            if status_of(error) == _BEYOND_THE_END:
                return b""
            raise
        with closing(answer["Body"]) as body:
            return body.read()

    def delete(self, key: str) -> None:
        """Add a delete marker to an object. Deleting a missing object is not an error."""
        with translate_errors(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def list_keys(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        """Iterate over keys in byte order, fetching pages lazily."""
        return islice(self._keys(prefix, start_after, _page_keys(limit)), limit)

    def _keys(self, prefix: str, start_after: str, page_keys: int) -> Iterator[str]:
        with translate_errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, StartAfter=start_after, PaginationConfig={"PageSize": page_keys}
            )
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", []))

    def list_folders(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        """Iterate over the names of the folders directly below `prefix`, fetching pages lazily."""
        return islice(self._folders(prefix, prefix + start_after, _page_keys(limit)), limit)

    def _folders(self, prefix: str, start_after: str, page_keys: int) -> Iterator[str]:
        with translate_errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket,
                Prefix=prefix,
                Delimiter="/",
                StartAfter=start_after,
                PaginationConfig={"PageSize": page_keys},
            )
            for page in pages:
                folders = (entry["Prefix"] for entry in page.get("CommonPrefixes", []))
                # LocalStack returns folders before `start_after` too.
                later = (folder for folder in folders if folder > start_after)
                yield from (folder.removeprefix(prefix).removesuffix("/") for folder in later)

    def list_versions(self, prefix: str, *, after: tuple[str, str] | None = None) -> Iterator[ObjectHead]:
        """Iterate over every version below `prefix`, by key and newest first, starting after `after`."""
        behind: dict[str, Any] = {"KeyMarker": after[0], "VersionIdMarker": after[1]} if after else {}
        with translate_errors(prefix):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=prefix, **behind
            )
            for page in pages:
                for entry in page.get("Versions", []):
                    yield ObjectHead(
                        key=entry["Key"],
                        etag=entry["ETag"],
                        size=entry["Size"],
                        version_id=entry["VersionId"],
                        modified=entry["LastModified"],
                    )

    def presigned_get(
        self, key: str, *, filename: str, media_type: str, expires_seconds: int, version_id: str | None = None
    ) -> str:
        """Return a URL that downloads the object, or one version of it, as `filename` (RFC 6266)."""
        parameters = {
            **self._address(key, version_id),
            "ResponseContentDisposition": content_disposition(filename),
            "ResponseContentType": media_type,
        }
        with translate_errors(key):
            return self._public_client.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=expires_seconds
            )

    def presigned_post(
        self, key: str, *, metadata: Mapping[str, str], max_bytes: int, expires_seconds: int
    ) -> PresignedPost:
        """Return an upload form for this key and metadata; S3 rejects more than `max_bytes`."""
        fields = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        conditions: list[Any] = [["content-length-range", 0, max_bytes], *({name: fields[name]} for name in fields)]
        with translate_errors(key):
            post = self._public_client.generate_presigned_post(
                self._bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=expires_seconds
            )
        return PresignedPost(url=post["url"], fields=post["fields"])

    def _address(self, key: str, version_id: str | None) -> dict[str, Any]:
        address = {"Bucket": self._bucket, "Key": key}
        return address if version_id is None else {**address, "VersionId": version_id}


def _page_keys(limit: int | None) -> int:
    """Return how many keys to fetch with one call."""
    return _PAGE_KEYS if limit is None else max(1, min(limit, _PAGE_KEYS))


def content_disposition(filename: str) -> str:
    """Return a Content-Disposition header with the file name, and an ASCII fallback for old clients (RFC 6266)."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in filename)
    plain = plain.replace("\\", "_").replace('"', "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _head(key: str, answer: Mapping[str, Any]) -> ObjectHead:
    return ObjectHead(
        key=key,
        etag=answer["ETag"],
        size=answer["ContentLength"],
        version_id=answer.get("VersionId", "null"),
        modified=answer["LastModified"],
        metadata=answer.get("Metadata", {}),
    )


def _build_head(
    key: str, size: int, answer: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> ObjectHead:
    """Build the metadata of a newly written object; S3 returns its time only in the Date header."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return ObjectHead(
        key=key,
        etag=answer["ETag"],
        size=size,
        version_id=answer.get("VersionId", "null"),
        modified=parsedate_to_datetime(date) if date else datetime.now(UTC),
        metadata=metadata or {},
    )


def _size(body: bytes | BinaryIO) -> int:
    """Return the number of bytes from the body's current position to its end."""
    if isinstance(body, bytes):
        return len(body)
    start = body.tell()
    end = body.seek(0, SEEK_END)
    body.seek(start)
    return end - start
