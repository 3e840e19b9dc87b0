"""What no function may do, whatever else its policy says; what each does is held to its policy where it is done."""

import pytest

from tests.fixtures.calls import as_deployed
from tests.fixtures.rights import forbidden
from tests.fixtures.synthesis import FUNCTIONS, Statement, Template

UPLOADS = "arn:aws:s3:::mini-ml-dev-uploads-000000000000-us-east-1"
ARTIFACTS = "arn:aws:s3:::mini-ml-dev-artifacts-000000000000-us-east-1"
JOB = "01a208cc-7752-725d-9978-61bbae29cc81"
MODEL = f"{ARTIFACTS}/models/iris/artifacts/{JOB}/1/model.joblib"
MANIFEST = f"{ARTIFACTS}/models/iris/versions/000001.json"
PROFILE = f"{ARTIFACTS}/models/iris/artifacts/{JOB}/1/profile.json"
LEFT_OUT = f"{ARTIFACTS}/models/iris/artifacts/{JOB}/1/rejects.csv"
DRIFT = f"{ARTIFACTS}/drift/iris/000001/998236000000000-{JOB}.json"
NOT_SCORED = f"{ARTIFACTS}/predictions/iris/000001/{JOB}/rejects.csv"
ALIAS = f"{ARTIFACTS}/models/iris/aliases/champion.json"
MOVE = f"{ARTIFACTS}/alias-moves/iris/champion/999999998.json"
HOLDOUT = f"{ARTIFACTS}/models/iris/artifacts/{JOB}/1/holdout-predictions.csv.gz"
every_function = pytest.mark.parametrize("function", FUNCTIONS)


def _who_may(template: Template, action: str, resource: str) -> list[str]:
    return [
        name
        for name in FUNCTIONS
        if any(statement.allows(action, resource) for statement in template.policy(f"mini-ml-dev-{name}"))
    ]


@pytest.mark.parametrize(
    ("action", "resource", "who"),
    [
        ("s3:GetObject", MODEL, ["trainer"]),
        ("s3:GetObjectVersion", MODEL, ["predict", "predict-batch"]),
        ("s3:PutObject", MODEL, ["trainer"]),
        ("s3:GetObject", MANIFEST, ["api", "sweeper", "trainer", "predict", "predict-batch"]),
        ("s3:PutObject", MANIFEST, ["trainer"]),
        ("s3:PutObject", ALIAS, ["api"]),
        ("s3:GetObject", ALIAS, ["api", "predict", "predict-batch"]),
        ("s3:PutObject", MOVE, ["api"]),
        ("s3:GetObject", MOVE, ["api"]),
        ("s3:DeleteObject", MOVE, []),
        ("s3:PutObject", HOLDOUT, ["trainer"]),
        ("s3:GetObjectVersion", HOLDOUT, ["api"]),
        ("s3:PutObject", f"{ARTIFACTS}/predictions/iris/000001/{JOB}/a.csv", ["predict-batch"]),
        ("s3:GetObjectVersion", PROFILE, ["api", "trainer", "predict-batch"]),
        ("s3:GetObject", PROFILE, ["trainer"]),
        ("s3:PutObject", LEFT_OUT, ["trainer"]),
        ("s3:GetObject", LEFT_OUT, ["api", "trainer"]),
        ("s3:PutObject", PROFILE, ["trainer"]),
        ("s3:PutObject", DRIFT, ["predict-batch"]),
        ("s3:GetObject", DRIFT, ["api"]),
        ("s3:DeleteObject", DRIFT, []),
        ("s3:PutObject", NOT_SCORED, ["predict-batch"]),
        ("s3:GetObject", NOT_SCORED, ["api", "predict-batch"]),
        ("s3:PutObject", f"{ARTIFACTS}/jobs/{JOB}.json", ["api", "sweeper", "trainer", "predict-batch"]),
        ("s3:DeleteObject", f"{ARTIFACTS}/jobs/open/{JOB}", ["api", "sweeper", "trainer", "predict-batch"]),
        ("s3:DeleteObject", f"{ARTIFACTS}/jobs/{JOB}.json", []),
        ("s3:DeleteObject", MODEL, []),
        ("s3:DeleteObject", MANIFEST, []),
        ("s3:PutObject", f"{UPLOADS}/train/iris/a.csv", ["api"]),
        ("s3:GetObjectVersion", f"{UPLOADS}/train/iris/a.csv", ["sweeper", "trainer"]),
        ("s3:GetObjectVersion", f"{UPLOADS}/predict/iris/a.csv", ["sweeper", "predict-batch"]),
        ("s3:DeleteObject", f"{UPLOADS}/train/iris/a.csv", []),
        ("s3:ListBucketVersions", UPLOADS, ["sweeper"]),
        ("s3:PutObject", f"{ARTIFACTS}/sweep/state.json", ["sweeper"]),
        ("s3:GetObject", f"{ARTIFACTS}/sweep/state.json", ["sweeper"]),
    ],
)
def test_who_may(template: Template, action: str, resource: str, who: list[str]) -> None:
    assert _who_may(template, action, resource) == who


def test_only_the_trainer_seals_and_only_who_reads_model_files_verifies(template: Template) -> None:
    arn = template.arn(template.seal_key)

    assert _who_may(template, "kms:GenerateMac", arn) == ["trainer"]
    assert _who_may(template, "kms:VerifyMac", arn) == ["api", "predict", "predict-batch"]


def test_only_the_functions_that_answer_requests_read_the_admin_key_and_nothing_else_of_secrets(
    template: Template,
) -> None:
    [secret] = template.of_type("AWS::SecretsManager::Secret")
    arn = template.arn(secret)
    actions = {
        action
        for name in FUNCTIONS
        for statement in template.policy(f"mini-ml-dev-{name}")
        for action in statement.actions
        if action.startswith("secretsmanager:")
    }

    assert actions == {"secretsmanager:GetSecretValue"}
    assert _who_may(template, "secretsmanager:GetSecretValue", arn) == ["api", "predict"]
    assert _who_may(template, "secretsmanager:GetSecretValue", f"{arn}-of-somebody-else") == []


def test_the_key_is_for_macs_and_its_policy_spells_every_action(template: Template) -> None:
    key = template.of_type("AWS::KMS::Key")[template.seal_key]
    [statement] = key["KeyPolicy"]["Statement"]

    assert (key["KeySpec"], key["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert [action for action in statement["Action"] if "*" in action or "Grant" in action] == [
        "kms:ListGrants",
        "kms:RevokeGrant",
    ]
    assert template.text(statement["Principal"]["AWS"]) == "arn:aws:iam::000000000000:root"


def test_an_alias_names_the_key_that_seals_also_if_it_is_adopted(template: Template, prod: Template) -> None:
    [alias] = template.of_type("AWS::KMS::Alias").values()
    [adopted] = prod.of_type("AWS::KMS::Alias").values()

    assert (alias["AliasName"], adopted["AliasName"]) == ("alias/mini-ml-dev-seal", "alias/mini-ml-prod-seal")
    assert template.text(alias["TargetKeyId"]) == template.arn(template.seal_key)
    assert prod.text(adopted["TargetKeyId"]) == "arn:aws:kms:us-east-1:000000000000:key/a"


@every_function
def test_no_function_deletes_versions_or_changes_buckets(template: Template, function: str) -> None:
    actions = {action for statement in template.policy(f"mini-ml-dev-{function}") for action in statement.actions}

    assert {action for action in actions if action.startswith("s3:")} <= {
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObject",
    }


@every_function
def test_no_action_is_a_wildcard_and_no_resource_is_everything(template: Template, function: str) -> None:
    policy = template.policy(f"mini-ml-dev-{function}")

    assert [action for statement in policy for action in statement.actions if "*" in action] == []
    assert [resource for statement in policy for resource in statement.resources if _is_wide(resource)] == []


def _is_wide(resource: str) -> bool:
    """Tell whether a resource is more than keys below a fixed folder, or the streams of one log."""
    service = resource.split(":")[2] if ":" in resource else ""
    if service == "logs":
        return resource.count("*") > 1 or not resource.endswith(":*")
    _, slash, key = resource.partition("/")
    return "*" in resource and (service != "s3" or not slash or key.startswith("*"))


def test_no_policy_of_any_kind_allows_a_wildcard_of_actions(template: Template) -> None:
    documents = [
        found["Properties"][name]
        for found in template.body["Resources"].values()
        for name in ("PolicyDocument", "KeyPolicy")
        if name in found.get("Properties", {})
    ]
    allowed = [one for document in documents for one in document["Statement"] if one["Effect"] == "Allow"]

    assert len(documents) == 5 + 3 + 2 + 2 + 1 + 2  # roles, queues, buckets, keys, topic, managed policies
    assert [one for one in allowed if "*" in str(one["Action"])] == []


@every_function
def test_who_reads_a_bucket_may_list_it(template: Template, function: str) -> None:
    """Otherwise S3 answers 403 for a key that is not there, which we take for storage that is away."""
    policy = template.policy(f"mini-ml-dev-{function}")
    read = {
        resource.partition("/")[0]
        for statement in policy
        if {"s3:GetObject", "s3:GetObjectVersion"} & set(statement.actions)
        for resource in statement.resources
    }

    assert [bucket for bucket in read if not any(one.allows("s3:ListBucket", bucket) for one in policy)] == []


def test_each_role_is_for_functions_and_carries_no_foreign_policy(template: Template) -> None:
    roles = template.of_type("AWS::IAM::Role")
    ours = {id: role for id, role in roles.items() if id.startswith("Functions")}

    assert len(ours) == 5
    assert [id for id, role in ours.items() if "ManagedPolicyArns" in role or "Policies" in role] == []


def test_a_statement_is_read_as_iam_reads_it() -> None:
    statement = Statement(actions=("s3:GetObject",), resources=("arn:aws:s3:::b/models/*/versions/*",))

    assert statement.allows("s3:GetObject", "arn:aws:s3:::b/models/iris/versions/000001.json")
    assert not statement.allows("s3:GetObject", "arn:aws:s3:::b/models/iris/aliases/a.json")
    assert not statement.allows("s3:PutObject", "arn:aws:s3:::b/models/iris/versions/000001.json")


def test_a_recorded_call_without_a_right_is_named(template: Template) -> None:
    read = {"service": "s3", "operation": "GetObject", "Bucket": "mini-ml-artifacts"}
    written = {**read, "operation": "PutObject", "Key": "models/iris/versions/000001.json"}
    sent = {"service": "sqs", "operation": "SendMessage", "QueueUrl": "http://localhost/000000000000/mini-ml-train"}
    calls = [as_deployed(call) for call in ({**read, "Key": "jobs/a.json"}, written, sent)]

    assert forbidden(template, "trainer", calls) == [
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:mini-ml-dev-train")
    ]
    assert ("s3:PutObject", MANIFEST) in forbidden(template, "predict", calls)


def test_only_the_functions_that_end_jobs_send_events_and_only_about_that(template: Template) -> None:
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    senders = [name for name in FUNCTIONS if name != "predict"]
    statements = [
        statement
        for policy in template.of_type("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "events:PutEvents" in str(statement["Action"])
    ]

    assert _who_may(template, "events:PutEvents", bus) == senders
    assert [(one["Action"], template.text(one["Resource"]), one["Condition"]) for one in statements] == [
        (
            "events:PutEvents",
            bus,
            {
                "StringEquals": {
                    "events:source": "mini-ml",
                    "events:detail-type": ["job.succeeded", "job.failed", "job.cancelled"],
                }
            },
        )
    ] * len(senders)


def test_whoever_may_remove_the_marker_of_an_open_job_may_send_the_event_of_its_end(template: Template) -> None:
    marker, bus = f"{ARTIFACTS}/jobs/open/{JOB}", "arn:aws:events:us-east-1:000000000000:event-bus/default"

    assert _who_may(template, "s3:DeleteObject", marker) == _who_may(template, "events:PutEvents", bus)
