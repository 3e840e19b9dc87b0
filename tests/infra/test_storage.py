"""The buckets are closed, keep what must be kept, and announce uploads and nothing else."""

from datetime import UTC, datetime

import pytest

from mini_ml import keys
from tests.docs.pages import page
from tests.fixtures.synthesis import Template

UPLOADS = "mini-ml-dev-uploads-000000000000-us-east-1"
ARTIFACTS = "mini-ml-dev-artifacts-000000000000-us-east-1"
both = pytest.mark.parametrize("bucket", [UPLOADS, ARTIFACTS])


def test_there_are_two_buckets(template: Template) -> None:
    assert set(template.named("AWS::S3::Bucket", "BucketName")) == {UPLOADS, ARTIFACTS}


@both
def test_a_bucket_is_private_versioned_and_encrypted(template: Template, bucket: str) -> None:
    found = template.named("AWS::S3::Bucket", "BucketName")[bucket]
    [encryption] = found["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert found["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert found["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@both
def test_a_bucket_refuses_whoever_comes_without_tls(template: Template, bucket: str) -> None:
    policies = {template.text(found["Bucket"]): found for found in template.of_type("AWS::S3::BucketPolicy").values()}
    denied = policies[bucket]["PolicyDocument"]["Statement"][0]

    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [template.text(resource) for resource in denied["Resource"]] == [
        f"arn:aws:s3:::{bucket}",
        f"arn:aws:s3:::{bucket}/*",
    ]


def test_models_and_their_key_outlive_the_stack_but_not_a_first_deployment_that_failed(template: Template) -> None:
    kept = [*template.of_type("AWS::S3::Bucket"), template.seal_key]
    found = [template.body["Resources"][id] for id in kept]

    assert [(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in found] == [
        ("RetainExceptOnCreate", "Retain")
    ] * 3


def test_uploads_are_announced_by_prefix_alone_each_to_its_queue(template: Template) -> None:
    uploads = template.named("AWS::S3::Bucket", "BucketName")[UPLOADS]
    announced = [
        (found["Event"], found["Filter"]["S3Key"]["Rules"], template.text(found["Queue"]).rpartition(":")[2])
        for found in uploads["NotificationConfiguration"]["QueueConfigurations"]
    ]

    assert announced == [
        ("s3:ObjectCreated:*", [{"Name": "prefix", "Value": "train/"}], "mini-ml-dev-train"),
        ("s3:ObjectCreated:*", [{"Name": "prefix", "Value": "predict/"}], "mini-ml-dev-predict"),
    ]
    assert set(uploads["NotificationConfiguration"]) == {"QueueConfigurations"}


def test_output_is_not_announced(template: Template) -> None:
    assert "NotificationConfiguration" not in template.named("AWS::S3::Bucket", "BucketName")[ARTIFACTS]


def test_the_bucket_waits_for_the_queues_to_let_it_send(template: Template) -> None:
    [uploads] = [
        found
        for found in template.body["Resources"].values()
        if "NotificationConfiguration" in found.get("Properties", {})
    ]
    policies = {template.body["Resources"][id]["Type"] for id in uploads["DependsOn"]}

    assert (policies, len(uploads["DependsOn"])) == ({"AWS::SQS::QueuePolicy"}, 2)


def test_what_ends_by_itself(template: Template) -> None:
    buckets = template.named("AWS::S3::Bucket", "BucketName")
    ending = {
        (name, rule.get("Prefix", ""), rule.get("ExpirationInDays"))
        for name in (UPLOADS, ARTIFACTS)
        for rule in buckets[name]["LifecycleConfiguration"]["Rules"]
    }

    assert ending == {
        (UPLOADS, "", None),
        (UPLOADS, "predict/", 30),
        (ARTIFACTS, "", None),
        (ARTIFACTS, "predictions/", 30),
        (ARTIFACTS, "access-logs/", 14),
        (ARTIFACTS, "jobs/", None),
        (ARTIFACTS, "sweep/", None),
    }


@pytest.mark.parametrize(
    ("key", "days"),
    [
        (keys.prediction("iris", 1, "job", "a.csv"), 30),
        (keys.manifest("iris", 1), None),
        (keys.artifact("iris", "job", 1, "model.joblib"), None),
        (keys.alias("iris", "champion"), None),
        (keys.alias_move("iris", "champion", 1), None),
        (keys.job("job"), None),
        (keys.batch_drift("iris", 1, "job", datetime(2026, 11, 27, tzinfo=UTC)), None),
    ],
)
def test_what_ends_is_spelled_as_it_is_written(template: Template, key: str, days: int | None) -> None:
    rules = template.named("AWS::S3::Bucket", "BucketName")[ARTIFACTS]["LifecycleConfiguration"]["Rules"]
    ending = [rule.get("ExpirationInDays") for rule in rules if "Prefix" in rule and key.startswith(rule["Prefix"])]

    assert next(iter(ending), None) == days


@both
def test_of_datasets_models_and_drift_no_version_ever_ends(template: Template, bucket: str) -> None:
    rules = template.named("AWS::S3::Bucket", "BucketName")[bucket]["LifecycleConfiguration"]["Rules"]
    ends = ("ExpirationInDays", "NoncurrentVersionExpiration")
    kept = ("train/", "models/", "alias-moves/", "drift/")

    unprefixed = [rule for rule in rules if "Prefix" not in rule]
    assert [rule for rule in rules if str(rule.get("Prefix")).startswith(kept)] == []
    assert [rule for rule in unprefixed if any(end in rule for end in ends)] == []
    assert [rule["AbortIncompleteMultipartUpload"] for rule in unprefixed] == [{"DaysAfterInitiation": 1}]


def test_earlier_versions_of_models_are_kept_for_ever_and_those_of_jobs_as_long_as_the_runbook_says(
    template: Template,
) -> None:
    rules = template.named("AWS::S3::Bucket", "BucketName")[ARTIFACTS]["LifecycleConfiguration"]["Rules"]
    days = {
        rule["Prefix"]: rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if rule.get("Prefix")
    }
    kept = {
        cells[1].strip("`").partition("/")[0]: cells[2]
        for cells in page("docs/runbook.md").rows("Restore a model or a job")
    }

    assert kept == {"models": "for ever", "alias-moves": "for ever", "jobs": f"for {days['jobs/']} days"}
    assert [prefix for prefix in days if prefix.startswith(("models", "alias-moves"))] == []


def test_an_overwritten_upload_outlives_the_message_that_names_it(template: Template) -> None:
    rules = template.named("AWS::S3::Bucket", "BucketName")[UPLOADS]["LifecycleConfiguration"]["Rules"]
    [days] = [rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if rule.get("Prefix")]
    queues = template.of_type("AWS::SQS::Queue").values()

    assert days * 86_400 > max(queue["MessageRetentionPeriod"] for queue in queues)


@pytest.mark.parametrize(("bucket", "methods"), [(UPLOADS, ["POST"]), (ARTIFACTS, ["GET", "HEAD"])])
def test_only_pages_of_our_own_api_may_ask_a_bucket_from_a_browser(
    template: Template, bucket: str, methods: list[str]
) -> None:
    [rule] = template.named("AWS::S3::Bucket", "BucketName")[bucket]["CorsConfiguration"]["CorsRules"]
    [api] = template.of_type("AWS::ApiGateway::RestApi")

    assert rule["AllowedMethods"] == methods
    assert [template.text(origin) for origin in rule["AllowedOrigins"]] == [
        f"https://{api}.execute-api.us-east-1.amazonaws.com"
    ]


def test_who_uploads_is_logged_where_it_triggers_nothing(template: Template) -> None:
    logging = template.named("AWS::S3::Bucket", "BucketName")[UPLOADS]["LoggingConfiguration"]

    assert template.text(logging["DestinationBucketName"]) == ARTIFACTS
    assert logging["LogFilePrefix"] == "access-logs/uploads/"
