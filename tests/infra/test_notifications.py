"""Alarms and budget messages go to one encrypted topic, which takes them from this account alone and only over TLS."""

from typing import Any

import pytest

from tests.fixtures.synthesis import Template

TOPIC = "arn:aws:sns:us-east-1:000000000000:mini-ml-dev-alarms"
ALARMS = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:mini-ml-dev-*"
PUBLISHING = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
BUDGETS = "arn:aws:budgets::000000000000:*"


def _topic_statements(template: Template) -> list[dict[str, Any]]:
    [policy] = template.of_type("AWS::SNS::TopicPolicy").values()
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def _key_statements(template: Template) -> list[dict[str, Any]]:
    [topic] = template.of_type("AWS::SNS::Topic").values()
    key = template.of_type("AWS::KMS::Key")[topic["KmsMasterKeyId"]["Fn::GetAtt"][0]]
    found: list[dict[str, Any]] = key["KeyPolicy"]["Statement"]
    return found


def _services(template: Template, statements: list[dict[str, Any]]) -> dict[str, tuple[Any, str, str]]:
    """Return what each AWS service may do, in whose account, and for which resource."""
    return {
        one["Principal"]["Service"]: (
            one["Action"],
            template.text(one["Condition"]["StringEquals"]["aws:SourceAccount"]),
            template.text(one["Condition"]["ArnLike"]["aws:SourceArn"]),
        )
        for one in statements
        if "Service" in one["Principal"]
    }


def test_the_topic_is_encrypted_by_a_key_that_rotates(template: Template) -> None:
    [topic] = template.of_type("AWS::SNS::Topic").values()
    key = template.of_type("AWS::KMS::Key")[topic["KmsMasterKeyId"]["Fn::GetAtt"][0]]

    assert topic["TopicName"] == "mini-ml-dev-alarms"
    assert (key["EnableKeyRotation"], key["PendingWindowInDays"], "KeySpec" in key) == (True, 7, False)


def test_the_topic_refuses_whoever_comes_without_tls(template: Template) -> None:
    denied = [one for one in _topic_statements(template) if one["Effect"] == "Deny"]

    assert [(one["Action"], one["Principal"], one["Condition"]) for one in denied] == [
        ("sns:Publish", "*", {"Bool": {"aws:SecureTransport": "false"}})
    ]
    assert [template.text(one["Resource"]) for one in denied] == [TOPIC]


def test_only_the_alarms_of_this_stage_publish(template: Template) -> None:
    topic, key = _topic_statements(template), _key_statements(template)

    assert _services(template, topic) == {"cloudwatch.amazonaws.com": ("sns:Publish", "000000000000", ALARMS)}
    assert _services(template, key) == {"cloudwatch.amazonaws.com": (PUBLISHING, "000000000000", ALARMS)}


def test_the_rest_of_the_keys_policy_lets_the_account_manage_it_action_by_action(template: Template) -> None:
    [account] = [one for one in _key_statements(template) if "AWS" in one["Principal"]]

    assert template.text(account["Principal"]["AWS"]) == "arn:aws:iam::000000000000:root"
    assert [action for action in account["Action"] if "*" in action or "Grant" in action] == []


def test_without_an_address_there_is_no_subscription(template: Template) -> None:
    assert template.of_type("AWS::SNS::Subscription") == {}


def test_the_given_address_is_subscribed(watched: Template) -> None:
    [subscription] = watched.of_type("AWS::SNS::Subscription").values()

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    assert watched.text(subscription["TopicArn"]) == TOPIC


@pytest.mark.parametrize("stack", ["template", "prod"])
def test_there_is_no_budget_unless_an_amount_is_given(stack: str, request: pytest.FixtureRequest) -> None:
    found: Template = request.getfixturevalue(stack)

    assert found.of_type("AWS::Budgets::Budget") == {}
    assert "budgets.amazonaws.com" not in str(found.body)


def test_the_budget_is_monthly_and_counts_all_costs_of_the_account(watched: Template) -> None:
    [budget] = watched.of_type("AWS::Budgets::Budget").values()

    assert {**budget["Budget"], "BudgetName": watched.text(budget["Budget"]["BudgetName"])} == {
        "BudgetName": "mini-ml-dev-us-east-1-monthly",  # two regions of an account can have the same stage
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 50, "Unit": "USD"},
    }


def test_the_topic_gets_a_message_before_and_when_the_budget_is_spent(watched: Template) -> None:
    [budget] = watched.of_type("AWS::Budgets::Budget").values()
    subscribed = budget["NotificationsWithSubscribers"]
    notifications = [one["Notification"] for one in subscribed]

    assert [(one["NotificationType"], one["Threshold"], one["ThresholdType"]) for one in notifications] == [
        ("ACTUAL", 80, "PERCENTAGE"),
        ("FORECASTED", 100, "PERCENTAGE"),
        ("ACTUAL", 100, "PERCENTAGE"),
    ]
    assert {
        (subscriber["SubscriptionType"], watched.text(subscriber["Address"]))
        for one in subscribed
        for subscriber in one["Subscribers"]
    } == {("SNS", TOPIC)}


def test_a_budget_of_this_account_may_publish_where_there_is_one(watched: Template) -> None:
    topic, key = _topic_statements(watched), _key_statements(watched)

    assert _services(watched, topic)["budgets.amazonaws.com"] == ("sns:Publish", "000000000000", BUDGETS)
    assert _services(watched, key)["budgets.amazonaws.com"] == (
        PUBLISHING,
        "000000000000",
        BUDGETS,
    )
