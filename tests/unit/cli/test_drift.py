"""`mini-ml drift` prints one line per batch, and one for each column that differs from the training rows."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2
import pytest

from mini_ml.cli import commands
from mini_ml.cli.entry import main
from mini_ml.client import Client
from tests.fixtures.responses import DRIFT

Answer = Callable[[dict[str, Any]], list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Make the server answer with JSON; return the list of the requests' paths."""

    def install(document: dict[str, Any]) -> list[str]:
        paths: list[str] = []

        def respond(request: httpx2.Request) -> httpx2.Response:
            paths.append(request.url.raw_path.decode())
            return httpx2.Response(200, json=document)

        monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(respond)))
        return paths

    return install


def test_batches_are_printed_with_the_columns_that_differ(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    answer(DRIFT)

    assert main(["drift", "iris"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "JOB                                   CREATED                    ROWS  PREDICTIONS  COLUMNS",
        "01a208cc-7752-725d-9978-61bbae29cc82  2026-11-23T14:05:00      12,000  0.46 !       2 of 3 differ",
        "  predictions: Setosa 90.0% (hold-out rows 33.3%)",
        "  size: index 1.32, missing 10.0% (training rows 0.4%), out of range 25.0%",
        "  remark: index -, missing 60.0% (training rows 10.0%)",
        "01a208cc-7752-725d-9978-61bbae29cc81  2026-11-23T14:00:00           3  -            0 of 0 differ",
        "",
        "PREDICTIONS and `index` are population stability indexes: 0 is no difference, 0.25 or more is large.",
        "`!` marks predictions whose difference is large and more than chance explains.",
        "There are older batches. Use --limit to list more.",
    ]


def test_the_version_and_the_number_of_batches_are_sent(answer: Answer) -> None:
    paths = answer(DRIFT)

    main(["drift", "iris"])
    main(["drift", "iris", "--version", "champion", "--limit", "3"])

    assert paths == ["/models/iris/versions/latest/drift", "/models/iris/versions/champion/drift?limit=3"]


def test_a_version_without_batches_says_so(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    answer({**DRIFT, "batches": [], "links": {}})

    main(["drift", "iris"])

    assert capsys.readouterr().out == "No batch of iris version 7 was compared with its training rows.\n"


def test_with_json_the_response_is_printed_as_json(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    answer(DRIFT)

    main(["drift", "iris", "--json"])

    assert json.loads(capsys.readouterr().out) == DRIFT


def test_the_name_of_a_column_cannot_control_the_terminal(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(DRIFT).replace('"size"', '"\\u001b[2Jsize"').replace("Setosa", "\\u202eSetosa")
    answer(json.loads(text))

    main(["drift", "iris"])

    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "\\x1b[2Jsize: index 1.32" in printed
