"""SQS as a Queue."""

from typing import TYPE_CHECKING

from mini_ml.adapters.aws.events import object_created_body
from mini_ml.adapters.aws.failures import translated
from mini_ml.contracts import Upload

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueue:
    """One work queue; ports.Queue says what each method promises and raises."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, upload: Upload) -> None:
        """Announce an upload in the words of S3 itself, so that its reader need not tell them apart."""
        with translated():
            self._client.send_message(QueueUrl=self._url, MessageBody=object_created_body(upload))

    def depth(self) -> int:
        """Return about how many messages wait; those being worked on are not among them."""
        with translated():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])
