"""Events, contexts and answers are those of Lambda."""

import json
from datetime import UTC, datetime

import pytest

from mini_ml.local.invocation import Context, build_scheduled_event, build_sqs_event, read_failed_ids, retry_delay

ARN = "arn:aws:sqs:us-east-1:000000000000:mini-ml-train"


def test_an_sqs_event_has_the_fields_that_lambda_gives() -> None:
    event = build_sqs_event(
        [
            {
                "MessageId": "m1",
                "ReceiptHandle": "r1",
                "Body": "{}",
                "MD5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
                "Attributes": {"ApproximateReceiveCount": "2"},
                "MessageAttributes": {
                    "colour": {"DataType": "String", "StringValue": "red"},
                    "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
                },
            }
        ],
        queue_arn=ARN,
    )

    assert event == {
        "Records": [
            {
                "messageId": "m1",
                "receiptHandle": "r1",
                "body": "{}",
                "attributes": {"ApproximateReceiveCount": "2"},
                "messageAttributes": {
                    "colour": {
                        "dataType": "String",
                        "stringValue": "red",
                        "stringListValues": [],
                        "binaryListValues": [],
                    },
                    "blob": {
                        "dataType": "Binary",
                        "binaryValue": "AAE=",
                        "stringListValues": [],
                        "binaryListValues": [],
                    },
                },
                "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
                "eventSource": "aws:sqs",
                "eventSourceARN": ARN,
                "awsRegion": "us-east-1",
            }
        ]
    }
    assert json.dumps(event)


def test_a_scheduled_event_is_one_of_eventbridge() -> None:
    now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

    event = build_scheduled_event(rule="sweep", region="us-east-1", account="000000000000", now=now)

    assert event["detail-type"] == "Scheduled Event"
    assert event["source"] == "aws.events"
    assert event["time"] == "2026-11-23T14:00:00Z"
    assert event["resources"] == ["arn:aws:events:us-east-1:000000000000:rule/sweep"]


def test_a_context_counts_down_to_its_deadline_and_no_further() -> None:
    time = iter([2.0, 12.0])
    context = Context(function_name="trainer", region="r", account="a", deadline=5.0, clock=lambda: next(time))

    assert context.get_remaining_time_in_millis() == 3000
    assert context.get_remaining_time_in_millis() == 0


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_answer_means_that_all_succeeded(answer: object) -> None:
    assert read_failed_ids(answer, ["a", "b"]) == frozenset()


def test_only_the_messages_named_come_back() -> None:
    assert read_failed_ids({"batchItemFailures": [{"itemIdentifier": "b"}]}, ["a", "b"]) == {"b"}


@pytest.mark.parametrize(
    "answer",
    [
        False,
        "done",
        {"batchItemFailures": "b"},
        {"batchItemFailures": ["b"]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemId": "b"}]},
        {"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "somebody else's"}]},
    ],
)
def test_an_answer_that_makes_no_sense_fails_the_batch_whole(answer: object) -> None:
    assert read_failed_ids(answer, ["a", "b"]) == {"a", "b"}


@pytest.mark.parametrize(("receives", "seconds"), [(1, 1), (2, 2), (5, 16), (7, 60), (5_000, 60)])
def test_a_failed_message_stays_away_twice_as_long_each_time(receives: int, seconds: int) -> None:
    assert retry_delay(receives, first_seconds=1.0) == seconds
