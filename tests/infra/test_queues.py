"""No message is lost, read by strangers, or delivered again while a worker has it."""

from typing import Any

import pytest

from tests.fixtures.synthesis import Template

NAMES = ["mini-ml-dev-train", "mini-ml-dev-predict", "mini-ml-dev-dead-letters"]
work_queues = pytest.mark.parametrize("name", NAMES[:2])
every_queue = pytest.mark.parametrize("name", NAMES)


def _statements(template: Template, name: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in template.of_type("AWS::SQS::QueuePolicy").values()
        if any(template.text(queue).endswith(f"/{name}") for queue in policy["Queues"])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_there_are_three_queues(template: Template) -> None:
    assert set(template.named("AWS::SQS::Queue", "QueueName")) == set(NAMES)


@every_queue
def test_a_queue_is_encrypted_by_sqs_itself_and_keeps_messages_for_14_days(template: Template, name: str) -> None:
    queue = template.named("AWS::SQS::Queue", "QueueName")[name]

    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 14 * 86_400)
    assert "KmsMasterKeyId" not in queue


@every_queue
def test_a_queue_refuses_whoever_comes_without_tls(template: Template, name: str) -> None:
    denied = [statement for statement in _statements(template, name) if statement["Effect"] == "Deny"]

    assert [(one["Action"], one["Principal"], one["Condition"]) for one in denied] == [
        ("sqs:*", {"AWS": "*"}, {"Bool": {"aws:SecureTransport": "false"}})
    ]


@work_queues
def test_only_our_own_bucket_in_our_own_account_may_send(template: Template, name: str) -> None:
    [allowed] = [statement for statement in _statements(template, name) if statement["Effect"] == "Allow"]

    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert template.text(allowed["Resource"]) == f"arn:aws:sqs:us-east-1:000000000000:{name}"
    assert template.text(allowed["Condition"]["StringEquals"]["aws:SourceAccount"]) == "000000000000"
    assert (
        template.text(allowed["Condition"]["ArnEquals"]["aws:SourceArn"])
        == "arn:aws:s3:::mini-ml-dev-uploads-000000000000-us-east-1"
    )


@work_queues
def test_a_message_that_fails_five_times_is_kept_as_a_dead_letter(template: Template, name: str) -> None:
    redrive = template.named("AWS::SQS::Queue", "QueueName")[name]["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 5
    assert template.text(redrive["deadLetterTargetArn"]).endswith(":mini-ml-dev-dead-letters")


@pytest.mark.parametrize(("name", "seconds"), list(zip(NAMES, [5400, 5400, 300], strict=True)))
def test_a_message_stays_invisible_for_six_timeouts(template: Template, name: str, seconds: int) -> None:
    assert template.named("AWS::SQS::Queue", "QueueName")[name]["VisibilityTimeout"] == seconds
