"""While a command waits for a job, a line of the terminal says how far the job is."""

import io
import sys
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml.cli import commands, main
from mini_ml.cli.progress import describe_progress
from mini_ml.cli.progress_line import ProgressLine
from mini_ml.client import Client
from mini_ml.contracts import JobView
from tests.fixtures.responses import INVITATION, JOB, build_problem

COMPARING = {
    "stage": "comparing",
    "candidates_done": 2,
    "candidates": 4,
    "metric": "log_loss",
    "best_score": 0.31234,
}
ERASE = "\r\x1b[K"


def job_at(state: str, training: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**JOB, "state": state, "progress": {"rows_done": 12000, "training": training}}


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


class Platform:
    """Trains in two polls, and records the requests."""

    def __init__(self, *, readable: bool = True) -> None:
        self.jobs = [job_at("running", COMPARING), job_at("running", {"stage": "storing"}), JOB]
        self.readable = readable
        self.requests: list[tuple[str, str | None]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append((f"{request.method} {request.url.path}", request.headers.get("prefer")))
        if request.method == "GET" and not self.readable:
            return httpx2.Response(403, json=build_problem(403, "forbidden", "Forbidden", "It lacks the scope `read`."))
        if request.url.path == "/jobs":
            return httpx2.Response(200, json={"jobs": [], "links": {}})
        if request.url.path == "/train":
            is_async = request.headers.get("prefer") == "respond-async"
            return httpx2.Response(202, json=job_at("queued")) if is_async else httpx2.Response(201, json=JOB)
        return httpx2.Response(200, json=self.jobs.pop(0))


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "iris.csv"
    path.write_text("a,b\n1,2\n")
    return str(path)


def install(monkeypatch: pytest.MonkeyPatch, platform: Platform, terminal: io.StringIO) -> None:
    transport = httpx2.MockTransport(platform)
    monkeypatch.setattr(commands, "Client", partial(Client, transport=transport, sleep=lambda _: None))
    monkeypatch.setattr(sys, "stderr", terminal)


@pytest.mark.parametrize(
    ("state", "training", "words"),
    [
        ("awaiting_upload", None, "waiting for the file"),
        ("queued", None, "waiting for a worker"),
        ("running", None, "12,000 rows"),
        ("running", {"stage": "reading"}, "reading the file"),
        ("running", {"stage": "comparing", "candidates": 4}, "comparing candidates: 0 of 4"),
        ("running", COMPARING, "comparing candidates: 2 of 4, best log loss 0.3123"),
        ("running", {**COMPARING, "metric": "r2"}, "comparing candidates: 2 of 4, best R² 0.3123"),
        ("running", {**COMPARING, "stage": "fitting"}, "fitting the model, best log loss 0.3123"),
        ("running", {"stage": "evaluating"}, "measuring the model on the hold-out rows"),
        ("running", {"stage": "refitting"}, "fitting the model on all rows"),
        ("running", {"stage": "profiling"}, "computing the figures of the report"),
        ("running", {"stage": "storing"}, "storing the model"),
        ("succeeded", None, "12,000 rows"),
    ],
)
def test_each_stage_of_a_job_has_its_words(state: str, training: dict[str, Any] | None, words: str) -> None:
    assert describe_progress(JobView.model_validate(job_at(state, training))) == words


def test_a_job_that_has_read_no_row_starts() -> None:
    assert describe_progress(JobView.model_validate({**JOB, "state": "running", "progress": {}})) == "starting"


def test_a_training_in_a_terminal_shows_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    platform, terminal = Platform(), Terminal()
    install(monkeypatch, platform, terminal)

    assert main(["train", table]) == 0

    assert terminal.getvalue().split(ERASE) == [
        "",
        "waiting for a worker",
        "comparing candidates: 2 of 4, best log loss 0.3123",
        "storing the model",
        "",
    ]
    assert platform.requests[1] == ("POST /train", "respond-async")
    assert capsys.readouterr().out.startswith("iris version 7 was trained and published.")


@pytest.mark.parametrize(("arguments", "terminal"), [(["--json"], Terminal()), ([], io.StringIO())])
def test_without_a_terminal_or_with_json_nothing_but_the_answer_is_printed(
    arguments: list[str],
    terminal: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    platform = Platform()
    install(monkeypatch, platform, terminal)

    assert main(["train", table, *arguments]) == 0

    assert terminal.getvalue() == ""
    assert platform.requests == [("POST /train", None)]
    assert "iris" in capsys.readouterr().out


def test_a_credential_that_may_only_train_waits_for_the_answer(
    monkeypatch: pytest.MonkeyPatch, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    platform, terminal = Platform(readable=False), Terminal()
    install(monkeypatch, platform, terminal)

    assert main(["train", table]) == 0

    assert platform.requests == [("GET /jobs", None), ("POST /train", None)]
    assert terminal.getvalue() == ""
    assert "iris version 7" in capsys.readouterr().out


def test_the_line_is_erased_if_the_training_fails(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    platform, terminal = Platform(), Terminal()
    problem = build_problem(422, "invalid_dataset", "Invalid dataset", "The file is empty.")
    platform.jobs = [{**JOB, "state": "failed", "error": problem}]
    install(monkeypatch, platform, terminal)

    assert main(["train", table]) == 1

    assert terminal.getvalue() == f"{ERASE}waiting for a worker{ERASE}Invalid dataset: The file is empty.\n"


def test_a_line_fits_in_the_terminal_and_cannot_control_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()

    ProgressLine(terminal).show(JobView.model_validate(job_at("running", {**COMPARING, "metric": "\x1b[2J" * 9})))
    ProgressLine(terminal).show(JobView.model_validate(job_at("running", {"stage": "evaluating"})))

    assert terminal.getvalue() == f"{ERASE}comparing candidat…{ERASE}measuring the mode…"


def test_a_job_that_runs_is_printed_with_its_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, Platform(), io.StringIO())

    assert main(["jobs", "j1"]) == 0

    assert "progress         comparing candidates: 2 of 4, best log loss 0.3123" in capsys.readouterr().out


def test_a_watched_file_is_uploaded_through_s3_and_watched_too(tmp_path: Path) -> None:
    jobs = [job_at("awaiting_upload"), job_at("running", COMPARING), JOB]
    seen: list[str] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/uploads":
            return httpx2.Response(201, json=INVITATION)
        return httpx2.Response(204) if request.url.host == "s3.example" else httpx2.Response(200, json=jobs.pop(0))

    path = tmp_path / "large.csv"
    path.write_text("a,b\n1,2\n")
    with Client(inline_bytes=0, sleep=lambda _: None, transport=httpx2.MockTransport(respond)) as client:
        client.train(path, watch=lambda job: seen.append(job.state))

    assert seen == ["awaiting_upload", "running"]
