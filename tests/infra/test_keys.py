"""API keys and accepted seal keys of the context: what the template makes of them, and who may read or use them."""

import json

import pytest

from infra.authentication import authentication_of
from infra.key_arns import split_key_arns
from mini_ml.adapters.auth.api_keys import new_key, parse
from tests.fixtures.synthesis import ACCEPTED_KEYS, API_KEYS, FUNCTIONS, SIGNING_KEY, Synthesised, Template


@pytest.fixture(scope="module")
def keyed(synthesised: Synthesised) -> Template:
    """The stack with a hundred API keys, and with two accepted seal keys beside the one that signs."""
    return synthesised("keyed")


def variables_of(template: Template, function: str) -> dict[str, str]:
    found = template.named("AWS::Lambda::Function", "FunctionName")[f"mini-ml-dev-{function}"]
    return {name: template.text(value) for name, value in found["Environment"]["Variables"].items()}


def secret_of_api_keys(template: Template) -> str:
    """Return the logical id of the secret that holds the entries of API keys."""
    [found] = [id for id, one in template.of_type("AWS::SecretsManager::Secret").items() if "SecretString" in one]
    return found


def who_may(template: Template, action: str, resource: str) -> list[str]:
    return [
        name
        for name in FUNCTIONS
        if any(statement.allows(action, resource) for statement in template.policy(f"mini-ml-dev-{name}"))
    ]


def test_more_api_keys_than_an_environment_holds_are_stored_in_a_secret(keyed: Template) -> None:
    stored = keyed.of_type("AWS::SecretsManager::Secret")[secret_of_api_keys(keyed)]["SecretString"]

    assert len(stored) > 2 * 4096
    assert parse(stored) == parse(API_KEYS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_knows_where_the_api_keys_are_and_none_of_them(keyed: Template, function: str) -> None:
    variables = variables_of(keyed, function)

    assert variables["MINI_ML_API_KEYS_SECRET_ID"] == keyed.arn(secret_of_api_keys(keyed))
    assert "MINI_ML_API_KEYS" not in variables
    assert sum(len(name) + len(value) for name, value in variables.items()) < 4096


def test_only_the_functions_that_authenticate_read_the_api_keys(keyed: Template) -> None:
    arn = keyed.arn(secret_of_api_keys(keyed))

    assert who_may(keyed, "secretsmanager:GetSecretValue", arn) == ["api", "predict"]


def test_without_api_keys_there_is_no_secret_for_them(template: Template) -> None:
    assert [one for one in template.of_type("AWS::SecretsManager::Secret").values() if "SecretString" in one] == []
    assert "MINI_ML_API_KEYS_SECRET_ID" not in variables_of(template, "api")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_key_of_the_context_signs_and_accepted_ones_are_listed(keyed: Template, function: str) -> None:
    variables = variables_of(keyed, function)

    assert variables["MINI_ML_SEAL_KEY_ID"] == SIGNING_KEY
    assert json.loads(variables["MINI_ML_ACCEPTED_SEAL_KEYS"]) == ACCEPTED_KEYS
    assert [name for name in keyed.of_type("AWS::KMS::Key") if name.startswith("SealKey")] == []


def test_accepted_seal_keys_verify_and_never_sign(keyed: Template) -> None:
    verifies = [who_may(keyed, "kms:VerifyMac", arn) for arn in (SIGNING_KEY, *ACCEPTED_KEYS)]
    signs = [who_may(keyed, "kms:GenerateMac", arn) for arn in (SIGNING_KEY, *ACCEPTED_KEYS)]

    assert verifies == [["api", "predict", "predict-batch"]] * 3
    assert signs == [["trainer"], [], []]


def test_cdk_nag_and_cdk_find_nothing_in_the_secret(keyed: Template) -> None:
    [report] = keyed.report["pluginReports"]

    assert report["violations"] == []
    assert ("AwsSolutions-SMG4", "MiniMl/ApiKeys") in {
        (found["ruleName"], found["acknowledgedAt"]) for found in report["suppressedViolations"]
    }


def test_the_context_may_spread_entries_over_lines() -> None:
    (_, first), (_, second) = new_key("a", ["read"]), new_key("b", ["train", "predict"])

    assert authentication_of({"api_keys": f" {first}\n\n  {second} "}).api_keys == f"{first}\n{second}"


@pytest.mark.parametrize(
    "wrong", ["mml_pasted_by_mistake", "ci:train:ab", f"ci:fly:{'ab' * 32}", f"CI:read:{'ab' * 32}"]
)
def test_a_wrong_entry_is_refused_by_its_number_and_not_shown(wrong: str) -> None:
    _, entry = new_key("a", ["read"])

    with pytest.raises(ValueError, match="Entry 2 of the context value api_keys does not have the format") as caught:
        authentication_of({"api_keys": f"{entry} {wrong}"})

    assert wrong not in str(caught.value)


def test_two_entries_with_one_name_and_too_many_entries_are_refused() -> None:
    _, entry = new_key("a", ["read"])
    many = " ".join(str(new_key(f"key-{number}", ["read"])[1]) for number in range(900))

    with pytest.raises(ValueError, match="have the same name"):
        authentication_of({"api_keys": f"{entry} {entry}"})
    with pytest.raises(ValueError, match="has more than 65,536 bytes"):
        authentication_of({"api_keys": many})


def test_an_accepted_seal_key_that_is_no_arn_is_refused() -> None:
    assert split_key_arns(" ".join(ACCEPTED_KEYS)) == tuple(ACCEPTED_KEYS)
    with pytest.raises(ValueError, match=r"accepted_seal_key_arns needs ARNs of KMS keys.*alias/old is not one"):
        split_key_arns("arn:aws:kms:us-east-1:000000000000:alias/old")
