"""The contract of every Queue, in memory and on SQS."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mini_ml.adapters.aws.clients import sqs_client
from mini_ml.adapters.aws.events import uploads_in
from mini_ml.adapters.aws.sqs import SqsQueue
from mini_ml.adapters.memory.cloud import MemoryQueue
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import Upload
from mini_ml.errors import StorageUnavailable
from mini_ml.ports import Queue

UPLOAD = Upload(
    bucket="mini-ml-uploads",
    key="train/iris/a +%25ç.csv",
    version_id="v1",
    size=3,
    uploaded_at=datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC),
)


@pytest.fixture(params=["memory", "moto", "ministack"])
def queue(request: pytest.FixtureRequest) -> Queue:
    if request.param == "memory":
        return MemoryQueue()
    client = sqs_client(request.getfixturevalue("moto_settings" if request.param == "moto" else "emulated"))
    return SqsQueue(client, client.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"])


def test_the_depth_of_a_queue_is_its_number_of_waiting_messages(queue: Queue) -> None:
    assert queue.depth() == 0

    queue.send(UPLOAD)
    queue.send(UPLOAD)

    assert queue.depth() == 2


def test_an_announcement_is_read_like_an_s3_event(emulated: CloudSettings) -> None:
    client = sqs_client(emulated)
    url = client.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"]

    SqsQueue(client, url).send(UPLOAD)

    message = client.receive_message(QueueUrl=url)["Messages"][0]
    assert uploads_in(message["Body"], bucket="mini-ml-uploads") == [UPLOAD]


@pytest.mark.parametrize("kind", ["moto_settings", "emulated"])
def test_a_missing_queue_is_unavailable(kind: str, request: pytest.FixtureRequest) -> None:
    client = sqs_client(request.getfixturevalue(kind))
    url = client.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"]
    absent = SqsQueue(client, f"{url}-absent")

    with pytest.raises(StorageUnavailable):
        absent.send(UPLOAD)
    with pytest.raises(StorageUnavailable):
        absent.depth()
