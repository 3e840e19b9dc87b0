"""What the functions of the deployed stack called while its whole story was told is what their policies give."""

import pytest

from tests.fixtures.deployed import Deployed
from tests.fixtures.rights import Call, Right, forbidden, rights_needed
from tests.fixtures.synthesis import FUNCTIONS, STACK, Statement, Template

_HERE = "000000000000-us-east-1"
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
    "api": {("s3:GetObject", f"artifacts-{_HERE}/models/*/artifacts/*/rejects.csv")},
    "sweeper": {
        ("s3:GetObject", f"uploads-{_HERE}/train/*"),
        ("s3:GetObject", f"uploads-{_HERE}/predict/*"),
        ("s3:GetObject", f"artifacts-{_HERE}/models/*/versions/*"),
        ("sqs:SendMessage", "mini-ml-dev-train"),
        ("sqs:SendMessage", "mini-ml-dev-predict"),
    },
    "trainer": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/models/*/artifacts/*")},
    "predict": set(),
    "predict-batch": {("s3:AbortMultipartUpload", f"artifacts-{_HERE}/predictions/*")},
}
"""Rights for what does not happen here: taking a broken upload of many parts back, reading the rows that a training
left out, which a client does by an address that the api has signed, and announcing again what was lost two minutes ago,
which the integration tests of the local platform do."""

every_function = pytest.mark.parametrize("function", FUNCTIONS)


@every_function
def test_a_function_calls_nothing_that_its_policy_forbids(function: str, story: Deployed, watched: Template) -> None:
    calls = _calls(story, watched, function)

    assert calls
    assert forbidden(watched, function, calls) == []


@every_function
def test_a_function_may_do_nothing_that_it_never_does(function: str, story: Deployed, watched: Template) -> None:
    needed = {right for call in _calls(story, watched, function) for right in rights_needed(call)}
    idle = {
        (action, resource.removeprefix("arn:aws:s3:::mini-ml-dev-").removeprefix("arn:aws:sqs:us-east-1:000000000000:"))
        for statement in watched.policy(f"{STACK}-{function}")
        for action in set(statement.actions) - BY_LAMBDA_ITSELF
        for resource in statement.resources
        if not any(Statement((action,), (resource,)).allows(*right) for right in needed)
    }

    assert idle == RARE[function]


def test_a_key_of_the_context_reads_and_does_no_more(read: list[int]) -> None:
    assert read == [200, 403]


def _calls(deployed: Deployed, template: Template, function: str) -> list[Call]:
    """Return what a function has called, the key of the seal and the secrets as the template names them."""
    called = {deployed.outputs["SealKeyArn"]: template.arn(template.seal_key)}
    variables = template.named("AWS::Lambda::Function", "FunctionName")[f"{STACK}-api"]["Environment"]["Variables"]
    for name in ("MINI_ML_ADMIN_KEY_SECRET_ID", "MINI_ML_API_KEYS_SECRET_ID"):
        called[deployed.environment_of("api")[name]] = template.text(variables[name])
    named = ("KeyId", "SecretId")
    return [
        {name: called[value] if name in named else value for name, value in call.items()}
        for call in deployed.calls(function)
    ]
