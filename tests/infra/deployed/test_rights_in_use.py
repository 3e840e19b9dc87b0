"""What the functions of the deployed stack called while its whole story was told is what their policies give."""

import pytest

from tests.fixtures.deployed import Deployed
from tests.fixtures.rights import Call, Right, forbidden, rights_needed
from tests.fixtures.synthesis import FUNCTIONS, STACK, Statement, Template

_HERE = "000000000000-us-east-1"
_SENDS_EVENTS = ("events:PutEvents", "arn:aws:events:us-east-1:000000000000:event-bus/default")
BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
}
"""What Lambda does with a function's role, for its log and its event source."""
RARE: dict[str, set[Right]] = {
    "api": {("s3:GetObject", f"artifacts-{_HERE}/models/*/artifacts/*/rejects.csv"), _SENDS_EVENTS},
    "trainer": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/models/*/artifacts/*"), _SENDS_EVENTS},
    "predict": set(),
    "predict-batch": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/predictions/*"), _SENDS_EVENTS},
}
"""Rights for what does not happen here: taking a broken upload of many parts back, and reading the rows that a
training left out, which a client does by an address that the api has signed. No event is sent here yet."""

every_function = pytest.mark.parametrize("function", FUNCTIONS)


@every_function
def test_a_function_calls_nothing_that_its_policy_forbids(function: str, story: Deployed, template: Template) -> None:
    calls = _calls(story, template, function)

    assert calls
    assert forbidden(template, function, calls) == []


@every_function
def test_a_function_may_do_nothing_that_it_never_does(function: str, story: Deployed, template: Template) -> None:
    needed = {right for call in _calls(story, template, function) for right in rights_needed(call)}
    idle = {
        (action, resource.removeprefix("arn:aws:s3:::mini-ml-dev-").removeprefix("arn:aws:sqs:us-east-1:000000000000:"))
        for statement in template.policy(f"{STACK}-{function}")
        for action in set(statement.actions) - BY_LAMBDA_ITSELF
        for resource in statement.resources
        if not any(Statement((action,), (resource,)).allows(*right) for right in needed)
    }

    assert idle == RARE[function]


def _calls(deployed: Deployed, template: Template, function: str) -> list[Call]:
    """Return what a function has called, the key of the seal and the secret as the template names them."""
    [key] = template.of_type("AWS::KMS::Key")
    [secret] = template.of_type("AWS::SecretsManager::Secret")
    secret_id = deployed.environment_of("api")["MINI_ML_ADMIN_KEY_SECRET_ID"]
    called = {deployed.outputs["SealKeyArn"]: template.arn(key), secret_id: template.arn(secret)}
    named = ("KeyId", "SecretId")
    return [
        {name: called[value] if name in named else value for name, value in call.items()}
        for call in deployed.calls(function)
    ]
