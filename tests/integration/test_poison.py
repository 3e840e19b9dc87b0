"""A message that nobody can read ends among the dead letters, and keeps nobody waiting."""

from pathlib import Path

from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES, QueueName
from tests.fixtures.patience import eventually
from tests.fixtures.platform import Platform

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


def test_poison_leaves_its_queue_for_the_dead_letters_while_others_are_trained(platform: Platform) -> None:
    sqs = local_account(platform.endpoint_url).sqs
    sqs.send_message(QueueUrl=queue_url(platform, "train"), MessageBody="no notification")

    platform.aws.s3("cp", str(IRIS), "s3://mini-ml-uploads/train/beside-poison/")

    assert platform.bare_job("train/beside-poison/iris.csv").state == "succeeded"
    assert eventually(lambda: waiting(platform, "dead-letters") or None) >= 1
    assert eventually(lambda: True if waiting(platform, "train") == 0 else None)
