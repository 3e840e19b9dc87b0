"""What watches the stack exists on the emulator too, less the types of resources that it refuses."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mini_ml.topology.metrics import NAMESPACE, UNREADABLE_MESSAGES
from tests.fixtures.deployed import REFUSED, Deployed
from tests.fixtures.synthesis import STACK, Template
from tests.fixtures.waiting import eventually


@pytest.fixture(scope="module")
def pager(deployed: Deployed) -> str:
    """URL of a queue that is subscribed to the alarms."""
    queues = deployed.client("sqs")
    url: str = queues.create_queue(QueueName="pager")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    deployed.client("sns").subscribe(TopicArn=deployed.outputs["AlarmTopicArn"], Protocol="sqs", Endpoint=arn)
    return url


def _told(deployed: Deployed, pager: str) -> dict[str, dict[str, Any]]:
    """Return the messages about alarms that have arrived since the last call, by alarm."""
    received = deployed.client("sqs").receive_message(QueueUrl=pager, MaxNumberOfMessages=10)
    told = [json.loads(json.loads(message["Body"])["Message"]) for message in received.get("Messages", [])]
    return {one["AlarmName"]: one for one in told}


def test_everything_but_the_refused_types_is_deployed(deployed: Deployed, watched: Template) -> None:
    pages = deployed.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    found = {one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]}
    resources = watched.body["Resources"].items()

    assert {one["Type"] for id, one in resources if id not in found} == set(REFUSED)


@pytest.mark.parametrize("type_name", REFUSED)
def test_a_type_that_is_left_out_is_still_refused(deployed: Deployed, watched: Template, type_name: str) -> None:
    """If this fails, the emulator has learned the type: remove it from REFUSED."""
    [properties, *_] = watched.of_type(type_name).values()
    alone = {"Resources": {"Refused": {"Type": type_name, "Properties": properties}}}

    with pytest.raises(ClientError, match=f"Unrecognized resource types.*{type_name}"):
        deployed.client("cloudformation").validate_template(TemplateBody=json.dumps(alone))


def test_every_alarm_and_the_dashboard_are_there(deployed: Deployed, watched: Template) -> None:
    watching = deployed.client("cloudwatch")
    alarms = watching.describe_alarms(MaxRecords=100)["MetricAlarms"]
    dashboard = json.loads(watching.get_dashboard(DashboardName=STACK)["DashboardBody"])
    [status] = [widget for widget in dashboard["widgets"] if widget["type"] == "alarm"]

    assert {one["AlarmName"] for one in alarms} == set(watched.named("AWS::CloudWatch::Alarm", "AlarmName"))
    assert {one["AlarmArn"] for one in alarms} == set(status["properties"]["alarms"])
    assert {tuple(one["AlarmActions"]) for one in alarms} == {(deployed.outputs["AlarmTopicArn"],)}


def test_the_topic_has_its_subscriber(deployed: Deployed) -> None:
    topic = {"TopicArn": deployed.outputs["AlarmTopicArn"]}
    found = deployed.client("sns").list_subscriptions_by_topic(**topic)["Subscriptions"]

    assert ("email", "ops@example.com") in [(one["Protocol"], one["Endpoint"]) for one in found]


def test_a_raised_alarm_tells_the_subscribers_of_the_topic_where_to_read_on(deployed: Deployed, pager: str) -> None:
    unreadable = {"MetricName": UNREADABLE_MESSAGES.name, "Dimensions": [{"Name": "stage", "Value": "dev"}], "Value": 1}
    deployed.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=[unreadable])

    told = eventually(lambda: _told(deployed, pager).get(f"{STACK}-unreadable-messages"))

    assert told["NewStateValue"] == "ALARM"
    assert told["AlarmDescription"].endswith("docs/runbook.md#unreadable-messages")


@pytest.mark.parametrize("output", ["UploaderPolicyArn", "ReaderPolicyArn"])
def test_the_policies_for_users_of_s3_can_be_attached(deployed: Deployed, output: str) -> None:
    rights = deployed.client("iam")
    arn = deployed.outputs[output]
    rights.create_user(UserName=output)

    rights.attach_user_policy(UserName=output, PolicyArn=arn)

    attached = rights.list_attached_user_policies(UserName=output)["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [arn]
