"""`mini-ml logs` prints log lines of this machine, and the commands for those of a stage on AWS."""

import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from mini_ml.cli import logs
from mini_ml.cli.entry import main
from mini_ml.cli.platform_url import find_stage, is_loopback
from mini_ml.client.transport import Transport
from mini_ml.local.log_files import LogFiles
from mini_ml.topology import STAGES, functions
from tests.unit.local.test_log_files import JOB, line, write, write_story

URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/dev"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the log files that `mini-ml logs` reads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINI_ML_STATE_DIR", str(tmp_path / "state"))
    found = tmp_path / "state" / "logs"
    found.mkdir(parents=True)
    return found


@pytest.mark.usefixtures("folder")
def test_without_log_files_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs"]) == 1
    assert "`mini-ml up` writes them" in capsys.readouterr().err


def test_the_lines_of_a_job_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_story(folder)

    assert main(["logs", "--job", JOB]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [text.split()[3] for text in printed] == ["reading", "job_created", "job_started", "request"]


def test_an_id_without_lines_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_story(folder)

    assert main(["logs", "--job", "c-404"]) == 1
    assert "No line in" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["*", 'x" || {', "a b", ""])
def test_an_id_is_checked(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["logs", "--job", text])

    assert stopped.value.code == 2
    assert "not a job id or correlation id" in capsys.readouterr().err


def test_following_prints_the_lines_that_are_written_meanwhile(folder: Path) -> None:
    write(folder, "api", line(1, "first"))
    pauses: list[float] = []

    def write_more(seconds: float) -> None:
        pauses.append(seconds)
        write(folder, "api", line(1 + len(pauses), "later"))

    found = list(islice(logs.follow(LogFiles(folder=folder), sleep=write_more), 3))

    assert [text.split()[3] for text in found] == ["first", "later", "later"]


def test_ctrl_c_ends_the_command_quietly(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(files: LogFiles) -> Iterator[str]:
        yield from files.read_new()
        raise KeyboardInterrupt

    monkeypatch.setattr(logs, "follow", interrupt)
    write(folder, "api", line(1, "first"))

    assert main(["logs", "--follow"]) == 130
    printed = capsys.readouterr()
    assert (len(printed.out.splitlines()), printed.err) == (1, "")


# ---------------------------------------------------------------- AWS


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000", "http://127.0.0.1:8000", "http://127.9.9.9", "http://[::1]:8000", "http://a.localhost"],
)
def test_urls_of_this_machine_are_recognised(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", [URL, "https://localhost.example", "http://10.0.0.1", "https://ml.example", "nonsense"])
def test_other_urls_are_not_of_this_machine(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("url", "stage"),
    [(URL, "dev"), (f"{URL}/", "dev"), ("https://a/prod", "prod"), ("https://a/local", None), ("https://a", None)],
)
def test_the_stage_is_the_end_of_the_url(url: str, stage: str | None) -> None:
    assert find_stage(url) == stage


def commands_of(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the words of the printed commands, as a shell splits them."""
    comment, *commands = capsys.readouterr().out.splitlines()
    assert comment.startswith("# ")
    return [shlex.split(command) for command in commands]


def test_on_aws_a_command_for_each_function_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "--url", URL]) == 0

    assert commands_of(capsys) == [
        f"aws logs tail /aws/lambda/mini-ml-dev-{function.name} --format short --since 1h --region eu-west-1".split()
        for function in functions(STAGES["dev"])
    ]


def answer_with(monkeypatch: pytest.MonkeyPatch, response: httpx2.Response) -> None:
    """Let the platform answer every request with one response."""
    network = httpx2.MockTransport(lambda request: response)
    original = Transport.__init__

    def connect(self: Transport, url: str, **given: object) -> None:
        original(self, url, **{**given, "network": network})  # type: ignore[arg-type]  # only `network` is replaced

    monkeypatch.setattr(Transport, "__init__", connect)


def job_document(**changes: object) -> dict[str, object]:
    nothing = dict.fromkeys(("version", "started_at", "finished_at", "metrics", "result", "error"))
    job = {
        "job_id": JOB,
        "kind": "train",
        "state": "queued",
        "model_name": "iris",
        "created_at": "2026-11-27T00:00:00Z",
    }
    return {**nothing, **job, "attempt": 0, "options": {}, "progress": {}, "links": {}, **changes}


def test_the_filter_finds_the_job_and_the_lines_of_its_request_that_name_no_other_job(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, httpx2.Response(200, json=job_document(correlation_id="c-1")))

    assert main(["logs", "--url", URL, "--job", JOB, "--follow"]) == 0

    [first, *_] = commands_of(capsys)
    assert first[-2:] == [
        "--filter-pattern",
        f'{{ ($.job_id = "{JOB}") || ($.correlation_id = "{JOB}") '
        '|| (($.correlation_id = "c-1") && ($.job_id NOT EXISTS)) }',
    ]
    assert "--follow" in first
    assert first[first.index("--since") + 1] == "1d"


def test_a_correlation_id_is_filtered_for_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, httpx2.Response(404, json={"title": "Not found"}))

    assert main(["logs", "--url", "https://ml.example", "--stage", "prod", "--job", "c-1"]) == 0

    [first, *_] = commands_of(capsys)
    assert first[3] == "/aws/lambda/mini-ml-prod-api"
    assert "--region" not in first
    assert first[-1] == '{ ($.job_id = "c-1") || ($.correlation_id = "c-1") }'


def test_a_url_that_does_not_name_its_stage_needs_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["logs", "--url", "https://ml.example"])

    assert "--stage" in capsys.readouterr().err
