"""Every error becomes a problem document with a deliberate status."""

import pytest

from mini_ml import errors
from mini_ml.adapters.http.answering.problems import (
    HTTP_STATUS,
    all_error_types,
    error_response,
    problem_of,
    problem_of_failure,
)
from mini_ml.contracts import Failure
from tests.functions.services import Services, problem

SERVICES = ["api", "trainer", "predict"]


@pytest.mark.parametrize("error_type", [one for one in all_error_types() if one is not errors.MiniMLError])
def test_every_error_has_a_deliberate_status(error_type: type[errors.MiniMLError]) -> None:
    assert any(ancestor in HTTP_STATUS for ancestor in error_type.__mro__)


def test_errors_share_a_code_only_by_inheritance() -> None:
    declared = [error_type.code for error_type in all_error_types() if "code" in vars(error_type)]

    assert len(declared) == len(set(declared))


@pytest.mark.parametrize("error_type", [one for one in all_error_types() if issubclass(one, errors.Internal)])
def test_a_server_error_reveals_nothing_about_the_machine(error_type: type[errors.MiniMLError]) -> None:
    problem = problem_of(error_type("/var/lib/secret on 10.0.0.1", issues=[errors.Issue(reason="/var/lib/secret")]))

    assert problem.status == 500
    assert "secret" not in problem.model_dump_json()


def test_a_failure_stored_in_a_job_has_the_status_of_its_error() -> None:
    failure = Failure(code="schema_mismatch", detail="2 columns are missing.")

    problem = problem_of_failure(failure, instance="jobs/x")

    assert (problem.status, problem.title, problem.instance) == (
        422,
        "The rows do not match the model's schema",
        "jobs/x",
    )


def test_a_stored_failure_with_an_unknown_code_is_a_server_error() -> None:
    problem = problem_of_failure(Failure(code="from_a_later_release", detail="/etc/passwd"))

    assert (problem.status, problem.code) == (500, "internal")
    assert "/etc" not in problem.detail


def test_a_retryable_error_says_when_to_retry() -> None:
    assert int(error_response(errors.StorageUnavailable("away")).headers["retry-after"]) > 0
    assert "retry-after" not in error_response(errors.JobNotFound("none")).headers


@pytest.mark.parametrize("service", SERVICES)
def test_an_unknown_path_is_a_problem(idle: Services, service: str) -> None:
    assert problem(idle.client(service).get("/nowhere"))["code"] == "route_not_found"


@pytest.mark.parametrize("service", SERVICES)
def test_a_double_slash_does_not_redirect_to_another_host(idle: Services, service: str) -> None:
    assert problem(idle.client(service).get("/jobs/"))["code"] == "route_not_found"


@pytest.mark.parametrize("service", SERVICES)
def test_an_unsupported_method_gets_the_allowed_methods(idle: Services, service: str) -> None:
    answer = idle.client(service).patch("/models/iris/aliases/champion")

    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


def test_options_returns_the_methods(idle: Services) -> None:
    answer = idle.api.options("/jobs")

    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/", "/health", "/jobs", "/docs", "/openapi.json", "/nowhere", "/train"])
def test_head_returns_the_headers_of_get_without_a_body(idle: Services, path: str) -> None:
    head, get = idle.api.head(path), idle.api.get(path)

    assert (head.status_code, head.headers["content-type"]) == (get.status_code, get.headers["content-type"])
    assert head.content == b""


def test_an_unavailable_store_is_a_503_with_retry_after(idle: Services) -> None:
    def fail_as_unavailable(method: str, key: str) -> None:
        raise errors.StorageUnavailable("S3 does not answer.")

    idle.cloud.artifacts.before = fail_as_unavailable

    answer = idle.api.get("/jobs")

    assert problem(answer)["code"] == "storage_unavailable"
    assert "retry-after" in answer.headers


@pytest.mark.parametrize("error", [RuntimeError("/opt/secret"), KeyError("secret"), errors.ObjectMissing("secret")])
def test_a_bug_is_a_500_without_details(idle: Services, error: Exception) -> None:
    def raise_error(method: str, key: str) -> None:
        raise error

    idle.cloud.artifacts.before = raise_error

    answer = idle.api.get("/jobs")

    assert problem(answer)["code"] == "internal"
    assert "secret" not in answer.text


def test_an_unreadable_document_in_s3_is_a_server_error(idle: Services) -> None:
    job_id = idle.cloud.new_id()
    idle.cloud.artifacts.put(f"jobs/{job_id}.json", b'{"job_id": 1}')

    answer = idle.api.get(f"/jobs/{job_id}")

    assert problem(answer)["code"] == "internal"
    assert "pydantic" not in answer.text
