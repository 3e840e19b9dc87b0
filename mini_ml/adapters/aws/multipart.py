"""Multipart uploads that only complete if the key does not exist, and clean up after a failure."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml import log_context

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 * 1024 * 1024
"""Part size. S3 requires at least 5 MiB and at most 10,000 parts; smaller bodies are written with one request."""


class NewObject:
    """A new object, written in parts. One thread uploads a part while the next one is written.

    The whole body is also kept in memory or a temporary file, because an upload must restart from its first byte if
    its completion conflicts. As a context manager, it aborts an upload that was not completed. Raises boto3's
    exceptions.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._copy = SpooledTemporaryFile(max_size=PART_BYTES)  # noqa: SIM115 - closed by __exit__
        self._sender = ThreadPoolExecutor(1, "upload", initializer=log_context.share, initargs=(log_context.current(),))
        self._aborted = False
        self._upload_id: str | None = None
        self._parts: list[Future[CompletedPartTypeDef]] = []
        self._rest = bytearray()

    def write(self, chunk: bytes) -> None:
        """Append bytes. Blocks while the part before the last is still being uploaded."""
        self._copy.write(chunk)
        self._add(chunk)

    def complete(self) -> None:
        """Complete the upload if the key does not exist. A repeated call uploads the object again."""
        if self._aborted:
            self._copy.seek(0)
            while chunk := self._copy.read(PART_BYTES):
                self._add(chunk)
        try:
            self._finish()
        except BaseException:
            self._abort()
            raise

    def _add(self, chunk: bytes) -> None:
        self._rest += chunk
        while len(self._rest) > PART_BYTES:
            self._send(bytes(self._rest[:PART_BYTES]))
            del self._rest[:PART_BYTES]

    def _finish(self) -> None:
        if self._upload_id is None:
            self._client.put_object(Bucket=self._bucket, Key=self._key, Body=bytes(self._rest), IfNoneMatch="*")
            return
        self._send(bytes(self._rest))
        self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": [part.result() for part in self._parts]},
            IfNoneMatch="*",
        )
        self._upload_id = None

    def _send(self, body: bytes) -> None:
        if self._upload_id is None:
            self._upload_id = self._client.create_multipart_upload(Bucket=self._bucket, Key=self._key)["UploadId"]
        if self._parts:
            self._parts[-1].result()
        self._parts.append(self._sender.submit(self._upload_part, self._upload_id, len(self._parts) + 1, body))

    def _upload_part(self, upload_id: str, number: int, body: bytes) -> "CompletedPartTypeDef":
        answer = self._client.upload_part(
            Bucket=self._bucket, Key=self._key, UploadId=upload_id, PartNumber=number, Body=body
        )
        return {"ETag": answer["ETag"], "PartNumber": number}

    def _abort(self) -> None:
        wait(self._parts)
        if self._upload_id is not None:
            with suppress(BotoCoreError, ClientError):  # otherwise the bucket's lifecycle rule aborts the upload
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)
        self._aborted, self._upload_id = True, None
        self._parts.clear()
        self._rest.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._upload_id is not None:
            self._abort()
        self._sender.shutdown()
        self._copy.close()
