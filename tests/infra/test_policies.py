"""What the managed policies for users of the S3 entry point allow, and what they do not."""

import pytest

from tests.fixtures.synthesis import Statement, Template

UPLOADS = "arn:aws:s3:::mini-ml-dev-uploads-000000000000-us-east-1"
ARTIFACTS = "arn:aws:s3:::mini-ml-dev-artifacts-000000000000-us-east-1"
JOB = "01a208cc-7752-725d-9978-61bbae29cc81"
MODEL = f"{ARTIFACTS}/models/iris/artifacts/{JOB}/1/model.joblib"


def _policy(template: Template, name: str) -> list[Statement]:
    [document] = [
        found["PolicyDocument"]
        for id, found in template.of_type("AWS::IAM::ManagedPolicy").items()
        if id.startswith(f"OperationsPolicies{name}")
    ]
    return list(template.statements(document))


def _who_may(template: Template, action: str, resource: str) -> list[str]:
    return [
        name
        for name in ("Uploader", "Reader")
        if any(statement.allows(action, resource) for statement in _policy(template, name))
    ]


@pytest.mark.parametrize(
    ("action", "resource", "who"),
    [
        ("s3:PutObject", f"{UPLOADS}/train/iris/a.csv", ["Uploader"]),
        ("s3:PutObject", f"{UPLOADS}/predict/iris@champion/a.csv", ["Uploader"]),
        ("s3:AbortMultipartUpload", f"{UPLOADS}/train/iris/a.csv", ["Uploader"]),
        ("s3:PutObject", f"{UPLOADS}/elsewhere/a.csv", []),
        ("s3:GetObject", f"{UPLOADS}/train/iris/a.csv", []),
        ("s3:DeleteObject", f"{UPLOADS}/train/iris/a.csv", []),
        ("s3:ListBucket", UPLOADS, []),
        ("s3:ListBucket", ARTIFACTS, ["Reader"]),
        ("s3:GetObject", f"{ARTIFACTS}/jobs/{JOB}.json", ["Reader"]),
        ("s3:GetObject", f"{ARTIFACTS}/predictions/iris/000001/{JOB}/a.csv", ["Reader"]),
        ("s3:GetObject", f"{ARTIFACTS}/models/iris/versions/000001.json", ["Reader"]),
        ("s3:GetObject", MODEL, ["Reader"]),
        ("s3:GetObjectVersion", MODEL, ["Reader"]),
        ("s3:GetObject", f"{ARTIFACTS}/sweep/unreadable/a", []),
        ("s3:GetObject", f"{ARTIFACTS}/access-logs/uploads/a", []),
        ("s3:PutObject", f"{ARTIFACTS}/models/iris/aliases/champion.json", []),
        ("s3:PutObject", f"{ARTIFACTS}/jobs/{JOB}.json", []),
        ("s3:DeleteObject", f"{ARTIFACTS}/jobs/{JOB}.json", []),
    ],
)
def test_which_policy_allows_what(template: Template, action: str, resource: str, who: list[str]) -> None:
    assert _who_may(template, action, resource) == who


def test_the_policies_are_about_s3_alone(template: Template) -> None:
    actions = {action for name in ("Uploader", "Reader") for one in _policy(template, name) for action in one.actions}

    assert actions == {
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_no_policy_is_attached_by_the_stack_and_two_regions_can_have_their_own(template: Template) -> None:
    policies = template.of_type("AWS::IAM::ManagedPolicy").values()

    assert len(policies) == 2
    assert [one for one in policies if {"Users", "Roles", "Groups", "ManagedPolicyName"} & set(one)] == []
