"""Multipart uploads that complete only where no object exists, and leave nothing behind when they fail."""

from contextlib import suppress
from typing import IO, TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 16 * 1024 * 1024
"""S3 takes at least 5 MiB and 10,000 parts; smaller bodies are cheaper as one plain write."""


def upload_new(client: "S3Client", bucket: str, key: str, body: IO[bytes]) -> None:
    """Upload `body` from its start in parts; raises what boto3 raises, after aborting."""
    upload_id = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    try:
        client.complete_multipart_upload(
            Bucket=bucket,
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": _parts(client, bucket, key, upload_id, body)},
            IfNoneMatch="*",
        )
    except BaseException:
        with suppress(BotoCoreError, ClientError):  # the bucket's lifecycle clears what cannot be aborted now
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
        raise


def _parts(client: "S3Client", bucket: str, key: str, upload_id: str, body: IO[bytes]) -> "list[CompletedPartTypeDef]":
    body.seek(0)
    parts: list[CompletedPartTypeDef] = []
    while chunk := body.read(PART_BYTES):
        number = len(parts) + 1
        answer = client.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=chunk)
        parts.append({"ETag": answer["ETag"], "PartNumber": number})
    return parts
