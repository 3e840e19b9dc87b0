"""Provisioning creates what topology.py describes, however often it runs."""

import json
from collections.abc import Iterator

import pytest

from mini_ml.local import emulator
from mini_ml.local.integrations import FunctionIntegrations
from mini_ml.local.processes import local_account
from mini_ml.local.provision import Account, provision
from mini_ml.topology import LOCAL_NAMES, STAGES, WorkQueue, queues
from tests.fixtures.emulated import running_ministack

STAGE = STAGES["test"]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A separate emulated AWS, provisioned twice."""
    with running_ministack(tmp_path_factory.mktemp("provision")) as endpoint_url:
        account = local_account(endpoint_url)
        _provision(account)
        _provision(account)
        yield account


def _provision(account: Account) -> None:
    provision(
        account,
        stage=STAGE,
        names=LOCAL_NAMES,
        integrations=FunctionIntegrations({"api": {}, "predict": {}}),
        rest_api_tags=emulator.REST_API_TAGS,
    )


def test_there_is_one_rest_api_under_its_fixed_id(account: Account) -> None:
    assert [api["id"] for api in account.api_gateway.get_rest_apis()["items"]] == ["mini-ml"]


def test_both_buckets_keep_every_version(account: Account) -> None:
    for bucket in (LOCAL_NAMES.uploads_bucket, LOCAL_NAMES.artifacts_bucket):
        assert account.s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_every_upload_under_a_prefix_sends_one_event_to_its_queue(account: Account) -> None:
    account.s3.put_object(Bucket=LOCAL_NAMES.uploads_bucket, Key="predict/iris/a b+ç.csv", Body=b"x")

    bodies = [json.loads(body) for body in _receive_all(account, "predict")]

    keys = [record["s3"]["object"]["key"] for body in bodies for record in body.get("Records", [])]
    assert keys == ["predict/iris/a+b%2B%C3%A7.csv"]


def test_objects_outside_the_prefixes_send_no_event(account: Account) -> None:
    account.s3.put_object(Bucket=LOCAL_NAMES.uploads_bucket, Key="elsewhere/a.csv", Body=b"x")
    account.s3.put_object(Bucket=LOCAL_NAMES.artifacts_bucket, Key="train/a.csv", Body=b"x")

    assert [body for body in _receive_all(account, "train") if "Records" in json.loads(body)] == []


@pytest.mark.parametrize("queue", queues(STAGE), ids=lambda queue: queue.name)
def test_every_queue_has_visibility_encryption_and_redrive(account: Account, queue: WorkQueue) -> None:
    url = account.sqs.get_queue_url(QueueName=LOCAL_NAMES.queue(queue.name))["QueueUrl"]

    attributes = account.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    assert attributes["VisibilityTimeout"] == str(queue.visibility_seconds)
    assert attributes["SqsManagedSseEnabled"] == "true"
    redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
    assert int(redrive.get("maxReceiveCount", 0)) == (queue.max_receive_count or 0)


def test_a_changed_setting_is_applied_to_an_existing_queue(account: Account) -> None:
    url = account.sqs.get_queue_url(QueueName=LOCAL_NAMES.queue("train"))["QueueUrl"]
    account.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})

    _provision(account)

    attributes = account.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == str(STAGE.visibility_seconds(STAGE.trainer_timeout_seconds))


def _receive_all(account: Account, queue: str) -> list[str]:
    url = account.sqs.get_queue_url(QueueName=f"{LOCAL_NAMES.queue_prefix}-{queue}")["QueueUrl"]
    messages = account.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    for message in messages:
        account.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]
