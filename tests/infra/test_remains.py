"""What outlives the stack is what the runbook lists, and nothing writes logs that the stack does not own."""

import re

import pytest

from tests.docs.pages import page
from tests.fixtures.synthesis import FUNCTIONS, Template

_SECTION = page("docs/runbook.md").text.partition("This is all that remains:")[2].partition("\nYou can adopt")[0]
LISTED = set(re.findall(r"AWS::\w+::\w+", _SECTION))


@pytest.fixture(params=["template", "prod", "placed"])
def stack(request: pytest.FixtureRequest) -> Template:
    """Each stack that the tests synthesise."""
    found: Template = request.getfixturevalue(request.param)
    return found


def _kept(template: Template) -> set[str]:
    """Return the types of the resources that CloudFormation does not delete, or deletes after a snapshot."""
    resources = template.body["Resources"].values()
    policies = ("DeletionPolicy", "UpdateReplacePolicy")
    return {one["Type"] for one in resources if any(one.get(policy, "Delete") != "Delete" for policy in policies)}


def test_the_runbook_lists_what_remains_and_nothing_else(template: Template) -> None:
    assert _kept(template) == LISTED


def test_nothing_that_remains_is_missing_in_the_runbook(stack: Template) -> None:
    assert _kept(stack) <= LISTED


def test_a_stack_that_adopts_a_key_and_leaves_the_log_role_alone_keeps_its_buckets(prod: Template) -> None:
    assert _kept(prod) == LISTED - {"AWS::KMS::Key"}


def test_a_first_deployment_that_fails_keeps_nothing(stack: Template) -> None:
    resources = stack.body["Resources"].values()
    kept = {one["DeletionPolicy"] for one in resources if one.get("DeletionPolicy", "Delete") != "Delete"}

    assert kept == {"RetainExceptOnCreate"}


def test_the_log_group_that_the_gateway_creates_for_the_account_is_listed_with_the_line_that_deletes_it() -> None:
    [row] = [line for line in _SECTION.splitlines() if "| `/aws/apigateway/welcome` |" in line]

    assert "`aws logs delete-log-group --log-group-name /aws/apigateway/welcome`" in row


def test_the_policies_that_users_attach_are_detached_before_the_stack_is_deleted(template: Template) -> None:
    """IAM refuses to delete a policy that is attached to a user or role outside the stack."""
    before, _, _ = page("docs/runbook.md").text.partition("\n## Tear down\n")[2].partition("\nmake destroy ")
    policies = {name for name in template.body["Outputs"] if name.endswith("PolicyArn")}
    [listing] = [line for line in before.splitlines() if "aws iam list-entities-for-policy" in line]

    assert policies == {"UploaderPolicyArn", "ReaderPolicyArn"}
    assert [name for name in policies if f"$(output {name})" not in listing] == []
    assert re.findall(r"aws iam detach-(\w+)-policy --\1-name", before) == ["role", "user", "group"]


def test_every_log_group_is_deleted_with_the_stack_and_forgets(stack: Template) -> None:
    groups = [one for one in stack.body["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup"]

    assert len(groups) == len(FUNCTIONS) + 1
    assert {one["DeletionPolicy"] for one in groups} == {"Delete"}
    assert [one for one in groups if "RetentionInDays" not in one["Properties"]] == []


def test_no_function_can_create_a_log_group(stack: Template) -> None:
    documents = [one["PolicyDocument"] for one in stack.of_type("AWS::IAM::Policy").values()]
    actions = {action for document in documents for one in document["Statement"] for action in _as_list(one["Action"])}

    assert {action for action in actions if action.startswith("logs:")} == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_the_gateway_writes_no_execution_logs_into_a_group_of_its_own(stack: Template) -> None:
    [stage] = stack.of_type("AWS::ApiGateway::Stage").values()

    assert {settings["LoggingLevel"] for settings in stage["MethodSettings"]} == {"OFF"}
