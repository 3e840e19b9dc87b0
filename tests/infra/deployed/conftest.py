"""The synthesised template on an emulated AWS, and the chapters of its story: each happens once, whoever asks first."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.fixtures.deployed import Deployed, deployed_stack
from tests.fixtures.rights import Call
from tests.fixtures.synthesis import STACK, Template
from tests.infra.deployed import story as steps
from tests.infra.deployed.story import FLOWERS, IRIS, KINDS, ROW, Kind


@pytest.fixture(scope="session")
def deployed(watched: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The stack; use model names of your own, others live in it too."""
    with deployed_stack(watched, tmp_path_factory.mktemp("deployed")) as running:
        yield running


@pytest.fixture(scope="session")
def http(deployed: Deployed) -> Iterator[httpx2.Client]:
    """A client of its REST API."""
    with deployed.http() as client:
        yield client


@pytest.fixture(scope="session")
def trained(deployed: Deployed) -> dict[str, Any]:
    """The job of a plain upload to train on, which has ended."""
    return steps.uploaded(deployed, "train/iris/iris.csv", IRIS, {"target-column": "variety"})


@pytest.fixture(scope="session")
def online(trained: dict[str, Any], http: httpx2.Client) -> dict[str, Any]:
    """The answer to a row that is scored online."""
    answer: dict[str, Any] = http.post("/models/iris/invocations", json={"instances": [ROW]}).json()
    return answer


@pytest.fixture(scope="session")
def scored(trained: dict[str, Any], deployed: Deployed) -> dict[str, Any]:
    """The job of a plain upload to score, which has ended."""
    return steps.uploaded(deployed, "predict/iris/flowers.csv", FLOWERS, {})


@pytest.fixture(scope="session")
def submitted(http: httpx2.Client) -> tuple[httpx2.Response, httpx2.Response]:
    """The answers to the two forms of the API: train, predict."""
    train = http.post("/train", files={"dataset_file": ("iris.csv", IRIS, "text/csv")})
    predict = http.post("/predict", files={"input_file": ("flowers.csv", FLOWERS, "text/csv")})
    return train, predict


@pytest.fixture(scope="session")
def posted(http: httpx2.Client) -> dict[str, Any]:
    """The job of a file that was posted straight to the bucket."""
    invitation = steps.invited(http, "train", "posted")
    steps.posted(invitation, IRIS)
    return steps.ended(http, invitation["key"])


@pytest.fixture(scope="session")
def aliased(trained: dict[str, Any], deployed: Deployed, http: httpx2.Client) -> dict[str, Any]:
    """What an alias answered while it stood: moved, scored by online and by upload, removed."""
    moved = http.put("/models/iris/aliases/champion", json={"version": 1})
    online = http.post("/models/iris/versions/champion/invocations", json={"instances": [ROW]})
    batch = steps.uploaded(deployed, "predict/iris@champion/flowers.csv", FLOWERS, {})
    removed = http.delete("/models/iris/aliases/champion")
    return {
        "moved": moved.status_code,
        "online": online.json()["version"],
        "batch": batch["version"],
        "removed": removed.status_code,
    }


@pytest.fixture(scope="session")
def downloaded(trained: dict[str, Any], http: httpx2.Client) -> bytes:
    """The model's artifact."""
    return steps.followed(http, "/models/iris/versions/1/artifact").content


@pytest.fixture(scope="session")
def reported(trained: dict[str, Any], http: httpx2.Client) -> httpx2.Response:
    """The model's report."""
    return http.get("/models/iris/versions/1/report").raise_for_status()


@pytest.fixture(scope="session")
def drift(scored: dict[str, Any], http: httpx2.Client) -> list[str]:
    """The jobs of the batches whose drift the version lists."""
    page = http.get("/models/iris/versions/1/drift").raise_for_status().json()
    return [batch["job_id"] for batch in page["batches"]]


@pytest.fixture(scope="session")
def wrong(deployed: Deployed, http: httpx2.Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job of a file that cannot be trained on: as it ended, and as it ended when it was tried again."""
    job = steps.uploaded(deployed, "train/wrong/empty.csv", b"a,b\n", {})
    http.post(f"/jobs/{job['job_id']}/retry").raise_for_status()
    return job, steps.ended(http, "train/wrong/empty.csv")


@pytest.fixture(scope="session")
def buried(trained: dict[str, Any], deployed: Deployed, http: httpx2.Client) -> dict[Kind, dict[str, Any]]:
    """The jobs of messages that became dead letters."""
    return {kind: steps.buried(deployed, http, kind) for kind in KINDS}


@pytest.fixture(scope="session")
def retried(trained: dict[str, Any], http: httpx2.Client) -> dict[Kind, dict[str, Any]]:
    """The jobs that were cancelled before their file came, and tried again after."""
    return {kind: steps.retried_after_all(http, kind) for kind in KINDS}


@pytest.fixture(scope="session")
def swept(deployed: Deployed) -> list[Call]:
    """What the sweeper has called since the schedule's event was given to it."""
    before = len(deployed.calls("sweeper"))
    event = json.dumps({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
    answer = deployed.client("lambda").invoke(FunctionName=f"{STACK}-sweeper", Payload=event)
    assert "FunctionError" not in answer
    return deployed.calls("sweeper")[before:]


@pytest.fixture(scope="session")
def welcome(http: httpx2.Client) -> dict[str, Any]:
    """What the root tells."""
    told: dict[str, Any] = http.get("/").json()
    return told


@pytest.fixture(scope="session")
def story(
    online: dict[str, Any],
    scored: dict[str, Any],
    submitted: tuple[httpx2.Response, httpx2.Response],
    posted: dict[str, Any],
    aliased: dict[str, Any],
    downloaded: bytes,
    reported: httpx2.Response,
    drift: list[str],
    wrong: tuple[dict[str, Any], dict[str, Any]],
    buried: dict[Kind, dict[str, Any]],
    retried: dict[Kind, dict[str, Any]],
    swept: list[Call],
    welcome: dict[str, Any],
    http: httpx2.Client,
    deployed: Deployed,
) -> Deployed:
    """The stack when all of it has happened."""
    steps.followed(http, f"/jobs/{scored['job_id']}/result")
    return deployed
