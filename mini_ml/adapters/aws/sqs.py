"""Queue on SQS."""

from typing import TYPE_CHECKING

from mini_ml.adapters.aws.events import object_created_body
from mini_ml.adapters.aws.failures import translate_errors
from mini_ml.contracts import Upload

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueue:
    """A work queue. `ports.Queue` documents the methods and their errors."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, upload: Upload) -> None:
        """Send the same message that S3 sends for an upload."""
        with translate_errors():
            self._client.send_message(QueueUrl=self._url, MessageBody=object_created_body(upload))

    def depth(self) -> int:
        """Return the approximate number of waiting messages, without those in flight."""
        with translate_errors():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])
