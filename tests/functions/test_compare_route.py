"""`GET /models/{model_name}/compare`: JSON for programs, a page for people."""

import pytest

from tests.functions.services import Services, problem
from tests.unit.registry.published import label_rows, publish, write_rows

COMPARE = "/models/iris/compare"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def published(idle: Services) -> Services:
    """Services with a version, and one that is worse."""
    for version, right in ((1, 0.8), (2, 0.6)):
        publish(idle.cloud, version, write_rows(label_rows(400, right=right)))
    return idle


def test_two_versions_are_compared(published: Services) -> None:
    found = published.api.get(f"{COMPARE}?versions=1,2")

    assert found.headers["content-type"] == "application/json"
    assert (found.json()["verdict"], found.json()["common_rows"]) == ("worse", 400)
    assert [one["version"] for one in found.json()["versions"]] == [1, 2]


def test_aliases_and_latest_are_versions_too(published: Services) -> None:
    published.api.put("/models/iris/aliases/champion", json={"version": 1})

    found = published.api.get(f"{COMPARE}?versions=champion,latest").json()

    assert [one["version"] for one in found["versions"]] == [1, 2]


def test_a_version_does_not_differ_from_itself(published: Services) -> None:
    assert published.api.get(f"{COMPARE}?versions=1,1").json()["verdict"] == "no_difference"


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/json"),
        ("", "application/json", "application/json"),
        ("", BROWSER, "text/html; charset=utf-8"),
        ("", "application/json;q=0.9, text/html;q=0.5", "application/json"),
        ("", "text/html;q=0", "application/json"),
        ("", ";;,/,", "application/json"),
        ("&format=html", "application/json", "text/html; charset=utf-8"),
        ("&format=json", BROWSER, "application/json"),
    ],
)
def test_the_query_or_the_accept_header_decides_between_page_and_json(
    published: Services, query: str, accept: str, media_type: str
) -> None:
    found = published.api.get(f"{COMPARE}?versions=1,2{query}", headers={"Accept": accept})

    assert (found.status_code, found.headers["content-type"]) == (200, media_type)
    assert found.headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize(
    ("query", "header", "language", "words"),
    [
        ("", "en", "en", "Version 2 is worse than version 1."),
        ("", "pt-BR,en;q=0.5", "pt-BR", "A versão 2 é pior que a 1."),
        ("&lang=pt-BR", "en", "pt-BR", "A versão 2 é pior que a 1."),
    ],
)
def test_the_page_is_in_the_language_of_its_reader(
    published: Services, query: str, header: str, language: str, words: str
) -> None:
    page = published.api.get(f"{COMPARE}?versions=1,2&format=html{query}", headers={"Accept-Language": header})

    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert words in page.text


def test_the_page_may_run_no_scripts(published: Services) -> None:
    page = published.api.get(f"{COMPARE}?versions=1,2&format=html")

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (COMPARE, "invalid_option"),
        (f"{COMPARE}?versions=1", "invalid_option"),
        (f"{COMPARE}?versions=1,2,3", "invalid_option"),
        (f"{COMPARE}?versions=1,", "invalid_name"),
        (f"{COMPARE}?versions=1,-2", "invalid_name"),
        (f"{COMPARE}?versions=1,9", "version_not_found"),
        (f"{COMPARE}?versions=1,champion", "alias_not_found"),
        (f"{COMPARE}?versions=1,2&format=pdf", "invalid_option"),
        (f"{COMPARE}?versions=1,2&lang=de", "invalid_option"),
        (f"{COMPARE}?versions=1,2&version=3", "invalid_request"),
        ("/models/irys/compare?versions=1,2", "model_not_found"),
        ("/models/Iris/compare?versions=1,2", "invalid_name"),
    ],
)
def test_wrong_parameters_and_missing_versions_have_their_own_errors(published: Services, path: str, code: str) -> None:
    assert problem(published.api.get(path))["code"] == code
