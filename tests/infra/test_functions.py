"""Five functions out of three images, each called as it should be, and only so."""

import pytest

from mini_ml.topology import STAGES, Function, functions
from tests.fixtures.required import SERVICE_SETTINGS, required_variables
from tests.fixtures.synthesis import Template

FUNCTIONS = {
    "mini-ml-dev-api": (28, 512, 512, "functions.api.handler.lambda_handler"),
    "mini-ml-dev-sweeper": (50, 512, 512, "functions.api.handler.lambda_handler"),
    "mini-ml-dev-trainer": (900, 3008, 3072, "functions.trainer.handler.lambda_handler"),
    "mini-ml-dev-predict": (29, 1769, 1024, "functions.predict.handler.lambda_handler"),
    "mini-ml-dev-predict-batch": (900, 1769, 3072, "functions.predict.handler.lambda_handler"),
}
CONSUMERS = {
    "mini-ml-dev-dead-letters": "mini-ml-dev-sweeper",
    "mini-ml-dev-train": "mini-ml-dev-trainer",
    "mini-ml-dev-predict": "mini-ml-dev-predict-batch",
}


def test_every_function_has_its_time_memory_scratch_space_and_handler(template: Template) -> None:
    found = template.named("AWS::Lambda::Function", "FunctionName")

    assert {
        name: (one["Timeout"], one["MemorySize"], one["EphemeralStorage"]["Size"], one["ImageConfig"]["Command"][0])
        for name, one in found.items()
    } == FUNCTIONS


def test_two_images_are_deployed_twice(template: Template) -> None:
    found = template.named("AWS::Lambda::Function", "FunctionName")
    images = {name: str(one["Code"]["ImageUri"]) for name, one in found.items()}

    assert images["mini-ml-dev-predict"] == images["mini-ml-dev-predict-batch"]
    assert images["mini-ml-dev-api"] == images["mini-ml-dev-sweeper"]
    assert len(set(images.values())) == 3


def test_every_queue_calls_its_function_with_single_messages_partial_answers_and_a_ceiling(template: Template) -> None:
    mappings = template.of_type("AWS::Lambda::EventSourceMapping").values()

    assert {
        template.text(one["EventSourceArn"]).rpartition(":")[2]: template.text(one["FunctionName"]) for one in mappings
    } == CONSUMERS
    assert [(one["BatchSize"], one["FunctionResponseTypes"], one["ScalingConfig"]) for one in mappings] == [
        (1, ["ReportBatchItemFailures"], {"MaximumConcurrency": 2})
    ] * 3


def test_the_schedule_calls_the_sweeper_every_minute(template: Template) -> None:
    [rule] = template.of_type("AWS::Events::Rule").values()
    [target] = rule["Targets"]

    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert template.text(target["Arn"]).endswith(":function:mini-ml-dev-sweeper")


def test_a_sweep_that_fails_or_cannot_start_is_not_repeated_because_the_next_one_is_due(template: Template) -> None:
    [rule] = template.of_type("AWS::Events::Rule").values()
    [target] = rule["Targets"]
    [invoked] = template.of_type("AWS::Lambda::EventInvokeConfig").values()

    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert template.text(invoked["FunctionName"]) == "mini-ml-dev-sweeper"
    assert (invoked["MaximumRetryAttempts"], invoked["MaximumEventAgeInSeconds"]) == (0, 60)


def test_the_dev_stage_reserves_no_concurrency(template: Template) -> None:
    found = template.of_type("AWS::Lambda::Function").values()

    assert [one for one in found if "ReservedConcurrentExecutions" in one] == []


def test_the_context_reserves_concurrency_by_function(prod: Template) -> None:
    found = prod.named("AWS::Lambda::Function", "FunctionName")

    assert {name: one["ReservedConcurrentExecutions"] for name, one in found.items()} == {
        "mini-ml-prod-api": 300,
        "mini-ml-prod-sweeper": 12,
        "mini-ml-prod-trainer": 10,
        "mini-ml-prod-predict": 300,
        "mini-ml-prod-predict-batch": 10,
    }


def test_who_may_call_functions(template: Template) -> None:
    allowed = sorted(
        (template.text(one["FunctionName"]).rpartition(":")[2], one["Principal"], "SourceArn" in one)
        for one in template.of_type("AWS::Lambda::Permission").values()
    )

    assert allowed == [
        ("mini-ml-dev-api", "apigateway.amazonaws.com", True),
        ("mini-ml-dev-predict", "apigateway.amazonaws.com", True),
        ("mini-ml-dev-sweeper", "events.amazonaws.com", True),
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_knows_where_things_are_and_no_secret(template: Template, name: str) -> None:
    variables = template.named("AWS::Lambda::Function", "FunctionName")[name]["Environment"]["Variables"]

    assert {key: template.text(value) for key, value in variables.items()} == {
        "MINI_ML_AUTH": "on",
        "MINI_ML_ADMIN_KEY_SECRET_ID": template.arn(next(iter(template.of_type("AWS::SecretsManager::Secret")))),
        "MINI_ML_STAGE": "dev",
        "MINI_ML_METRICS": "emf",
        "MINI_ML_UPLOADS_BUCKET": "mini-ml-dev-uploads-000000000000-us-east-1",
        "MINI_ML_ARTIFACTS_BUCKET": "mini-ml-dev-artifacts-000000000000-us-east-1",
        "MINI_ML_TRAIN_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/mini-ml-dev-train",
        "MINI_ML_PREDICT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/mini-ml-dev-predict",
        "MINI_ML_SEAL_KEY_ID": template.arn(template.seal_key),
        "MINI_ML_EVENTS": "eventbridge",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


@pytest.mark.parametrize("function", functions(STAGES["dev"]), ids=lambda function: function.name)
def test_a_function_receives_what_its_service_requires(template: Template, function: Function) -> None:
    found = template.named("AWS::Lambda::Function", "FunctionName")[f"mini-ml-dev-{function.name}"]

    assert set(required_variables(SERVICE_SETTINGS[function.service])) <= set(found["Environment"]["Variables"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_into_a_log_that_ends(template: Template, name: str) -> None:
    function = template.named("AWS::Lambda::Function", "FunctionName")[name]
    logs = template.named("AWS::Logs::LogGroup", "LogGroupName")

    assert template.text(function["LoggingConfig"]["LogGroup"]) == f"/aws/lambda/{name}"
    assert logs[f"/aws/lambda/{name}"]["RetentionInDays"] == 14


def test_every_log_ends(template: Template) -> None:
    assert [name for name, one in template.of_type("AWS::Logs::LogGroup").items() if "RetentionInDays" not in one] == []
