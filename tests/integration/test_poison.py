"""An unreadable message is stored for inspection and does not block other messages."""

from pathlib import Path
from uuid import uuid4

from mini_ml import keys
from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES, QueueName
from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

IRIS = Path(__file__).parents[2] / "samples" / "iris.csv"


def queue_url(platform: Platform, name: QueueName) -> str:
    """Return the URL of a queue."""
    return local_account(platform.endpoint_url).sqs.get_queue_url(QueueName=LOCAL_NAMES.queue(name))["QueueUrl"]


def count_messages(platform: Platform, name: QueueName) -> int:
    """Return the number of messages in a queue, including those in flight."""
    attributes = local_account(platform.endpoint_url).sqs.get_queue_attributes(
        QueueUrl=queue_url(platform, name), AttributeNames=["All"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


def stored_messages(platform: Platform) -> list[str]:
    """Return the stored messages that named no upload."""
    store = platform.cloud.artifacts
    return [store.get(key).body.decode() for key in store.list_keys(keys.unreadable_message("").removesuffix(".txt"))]


def test_an_unreadable_message_is_stored_while_other_uploads_are_trained(platform: Platform) -> None:
    poison = f"no notification {uuid4()}"
    sqs = local_account(platform.endpoint_url).sqs
    sqs.send_message(QueueUrl=queue_url(platform, "train"), MessageBody=poison)

    platform.aws.s3("cp", str(IRIS), "s3://mini-ml-uploads/train/beside-poison/")

    assert platform.wait_for_upload_job("train/beside-poison/iris.csv").state == "succeeded"
    assert eventually(lambda: stored_messages(platform).count(poison) or None) == 1
    assert eventually(lambda: True if count_messages(platform, "train") == 0 else None)
    assert eventually(lambda: True if count_messages(platform, "dead-letters") == 0 else None)
