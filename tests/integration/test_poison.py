"""A message that nobody can read is kept for a human, and keeps nobody waiting."""

from pathlib import Path
from uuid import uuid4

from mini_ml import keys
from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES, QueueName
from tests.fixtures.platform import Platform
from tests.fixtures.waiting import eventually

IRIS = Path(__file__).parents[2] / "samples" / "iris.csv"


def queue_url(platform: Platform, name: QueueName) -> str:
    """Return the address of a queue."""
    return local_account(platform.endpoint_url).sqs.get_queue_url(QueueName=LOCAL_NAMES.queue(name))["QueueUrl"]


def waiting(platform: Platform, name: QueueName) -> int:
    """Return how many messages a queue has, in flight or not."""
    attributes = local_account(platform.endpoint_url).sqs.get_queue_attributes(
        QueueUrl=queue_url(platform, name), AttributeNames=["All"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


def kept(platform: Platform) -> list[str]:
    """Return the dead letters that named no upload."""
    store = platform.cloud.artifacts
    return [store.get(key).body.decode() for key in store.list_keys(keys.unreadable_message("").removesuffix(".txt"))]


def test_poison_leaves_its_queue_and_is_kept_while_others_are_trained(platform: Platform) -> None:
    poison = f"no notification {uuid4()}"
    sqs = local_account(platform.endpoint_url).sqs
    sqs.send_message(QueueUrl=queue_url(platform, "train"), MessageBody=poison)

    platform.aws.s3("cp", str(IRIS), "s3://mini-ml-uploads/train/beside-poison/")

    assert platform.bare_job("train/beside-poison/iris.csv").state == "succeeded"
    assert eventually(lambda: kept(platform).count(poison) or None) == 1
    assert eventually(lambda: True if waiting(platform, "train") == 0 else None)
    assert eventually(lambda: True if waiting(platform, "dead-letters") == 0 else None)
