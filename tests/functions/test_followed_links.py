"""Every link and Location works for a client, on a port and behind the stage path of a gateway."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.functions.services import IRIS_ROW, Services, add_rejects, predict, services_in, train

PREFIXES = ["", "/prod", "/_aws/execute-api/mini-ml/local"]
VERBS = {"cancel", "retry", "invocations"}
"""Links that take a POST; the crawler sends OPTIONS instead."""


class Gateway:
    """Forwards paths below the stage path without it, as API Gateway does; any other path is a broken link."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            assert scope["path"].startswith(f"{self._prefix}/"), f"{scope['path']} lies outside the stage"
            below = scope["path"].removeprefix(self._prefix)
            scope = {**scope, "path": below, "raw_path": below.encode()}
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def used_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model, an alias, and jobs in every state that a client can meet."""
    with services_in(tmp_path_factory.mktemp("lived-in")) as services:
        train(services.trainer)
        train(services.trainer, target_column="nope")
        predict(services.predict)
        add_rejects(services.cloud, services.api.get("/jobs?kind=predict").json()["jobs"][0]["job_id"])
        services.api.put("/models/default/aliases/champion", json={"version": 1})
        services.api.post("/uploads", json={"kind": "train", "filename": "x.csv"})
        train(services.api, prefer="respond-async")
        yield services


@pytest.fixture(params=[(service, prefix) for service in ("api", "trainer", "predict") for prefix in PREFIXES], ids=str)
def client(request: pytest.FixtureRequest, used_services: Services) -> TestClient:
    """A client of a service, on its port or behind a stage path."""
    service, prefix = request.param
    app = Gateway(used_services.apps[service], prefix)
    return TestClient(app, base_url=f"http://client.test{prefix}/", follow_redirects=False)


def links_in(document: Any) -> Iterator[tuple[str, str]]:
    """Yield every link of an answer with its name."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == "links":
                yield from value.items()
            elif name == "instance" and value:
                yield name, value
            else:
                yield from links_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from links_in(value)


def crawl(client: TestClient) -> dict[str, int]:
    """Follow every link, starting at the front page, and return the status of each address."""
    found: dict[str, int] = {}
    waiting = [("self", str(client.base_url))]
    while waiting:
        name, address = waiting.pop()
        if address in found or urlsplit(address).scheme != "http":
            continue
        answer = client.request("OPTIONS" if name in VERBS else "GET", address)
        found[address] = answer.status_code
        if "location" in answer.headers:
            waiting.append(("location", urljoin(address, answer.headers["location"])))
        if answer.headers.get("content-type") == "application/json":
            waiting.extend((name, urljoin(address, link)) for name, link in links_in(answer.json()))
    return found


def test_every_link_leads_somewhere(client: TestClient) -> None:
    found = crawl(client)

    paths = {urlsplit(address).path.removeprefix(urlsplit(str(client.base_url)).path) for address in found}
    assert {status for status in found.values() if status >= 400} == set()
    assert {"jobs", "models", "models/default", "models/default/versions/1", "docs"} <= paths
    assert len([path for path in paths if path.startswith("jobs/")]) >= 5


def test_the_location_of_a_submission_leads_to_its_job(client: TestClient) -> None:
    submit = predict if client.options("predict").status_code == 204 else train

    answer = submit(client, prefer="respond-async")

    assert answer.status_code == 202
    assert client.get(answer.headers["location"]).json()["job_id"] == answer.json()["job_id"]


def test_the_docs_page_loads_its_files_and_the_openapi_document(client: TestClient) -> None:
    page = str(client.get("docs").url)

    for reference in ("docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "openapi.json"):
        assert client.get(urljoin(page, reference)).status_code == 200


def test_the_server_in_the_openapi_document_is_the_stage(client: TestClient) -> None:
    document = client.get("openapi.json")

    [server] = document.json()["servers"]
    assert urljoin(str(document.url), server["url"]) == str(client.base_url)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_scoring_works_behind_a_stage_path(used_services: Services, prefix: str) -> None:
    client = TestClient(Gateway(used_services.apps["predict"], prefix), base_url=f"http://client.test{prefix}/")

    answer = client.post("models/default/invocations", json={"instances": [IRIS_ROW]})

    assert answer.json()["predictions"] == ["Setosa"]


def test_an_encoded_slash_in_a_path_breaks_no_link(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        job_id = train(services.api, prefer="respond-async").json()["job_id"]
        address = f"http://testserver/jobs%2F{job_id}"

        answer = services.api.get(address)

        assert services.api.get(urljoin(address, answer.json()["links"]["self"])).status_code == 200
