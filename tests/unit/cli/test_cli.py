"""`mini-ml` prints results and errors to the right stream, and exits with the right code."""

import io
import json
import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mini_ml.cli import arguments, commands, main, printing
from mini_ml.cli.file_lines import format_file
from mini_ml.client import Client
from mini_ml.contracts import FileReport
from mini_ml.local.failures import PortsInUse
from tests.fixtures.responses import JOB, MANIFEST, MODEL, PREDICTIONS, build_problem

PROBLEM = build_problem(
    422,
    "invalid_dataset",
    "Invalid dataset",
    "Line 3 has 2 cells.",
    {"reason": "2 cells, but the header has 3", "hint": "quote the cell", "line": 3},
)
WARNING = {
    "code": "unreadable_cells",
    "message": "2 cells could not be read (numbers are expected) and are treated as missing.",
    "params": {"kind": "numbers"},
    "column": "weight",
    "count": 2,
    "examples": [{"line": 5, "value": "heavy"}, {"line": 9, "value": "?!"}],
}
PATHS = {
    "train": "/train",
    "predict": "/predict",
    "jobs": "/jobs",
    "job": "/jobs/j1",
    "models": "/models",
    "model": "/models/iris",
    "version": "/models/iris/versions/champion",
}

Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Make the server answer the request of a method of the client with JSON, or the request raise an error."""

    def install(method: str, answer: dict[str, Any] | BaseException, *, status: int = 200) -> None:
        def respond(request: httpx2.Request) -> httpx2.Response:
            assert request.url.path == PATHS[method]
            if isinstance(answer, BaseException):
                raise answer
            return httpx2.Response(status, json=answer, headers={"X-Correlation-Id": "c-1"})

        monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(respond)))

    return install


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "iris.csv"
    path.write_text("a,b\n1,2\n")
    return str(path)


def test_a_training_is_printed_with_its_version_and_metrics(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("train", JOB)

    assert main(["train", table, "--model", "iris"]) == 0

    printed = capsys.readouterr().out
    assert "iris version 7 was trained and published." in printed
    assert "accuracy  0.9667" in printed
    assert "s3://bucket/model.joblib" in printed


def test_a_training_is_printed_with_a_table_of_its_columns_and_with_its_warnings(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = [
        {"name": "id", "left_out": "row number: it numbers the rows in file order"},
        {"name": "price", "kind": "numeric", "format": "R$ 1.234,50 → 1234.5", "missing": 3},
        {"name": "a column whose name is longer than the table is wide", "kind": "text", "missing": 0},
        {"name": "score"},
    ]
    answers("train", {**JOB, "columns": columns, "warnings": [WARNING]})

    assert main(["train", table]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1:7] == [
        "  column                          kind         missing  read as",
        "  id                              left out           -  row number: it numbers the rows in file order",
        "  price                           numeric            3  R$ 1.234,50 → 1234.5",
        "  a column whose name is longer…  text               0",
        "  score                           target             -",
        "  warning   weight: 2 cells could not be read (numbers are expected) and are treated as missing."
        " (line 5 “heavy”, line 9 “?!”)",
    ]


def test_warnings_about_scored_rows_are_printed_to_standard_error(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("predict", {**PREDICTIONS, "warnings": [WARNING]})

    assert main(["predict", table]) == 0

    printed = capsys.readouterr()
    assert printed.out == "Setosa\n"
    assert printed.err.startswith("  warning   weight: 2 cells could not be read")


def test_with_json_warnings_about_scored_rows_are_printed_in_the_response_only(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("predict", {**PREDICTIONS, "warnings": [WARNING]})

    assert main(["predict", table, "--json"]) == 0

    printed = capsys.readouterr()
    assert json.loads(printed.out)["warnings"] == [WARNING]
    assert printed.err == ""


def test_a_value_of_a_warning_cannot_control_the_terminal(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("predict", {**PREDICTIONS, "warnings": [{**WARNING, "examples": [{"line": 5, "value": "\x1b[2J"}]}]})

    main(["predict", table])

    assert "line 5 “\\x1b[2J”" in capsys.readouterr().err


def test_a_training_is_printed_with_its_leaderboard(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("train", {**JOB, "candidates": [{"model_type": "Ridge", "metric": "r2", "score": 0.51, "weight": 1.0}]})

    assert main(["train", table]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == ["", "  candidate      R²  weight", "  Ridge      0.5100   100 %"]


def test_a_version_is_printed_with_its_leaderboard_and_its_metrics(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("version", MANIFEST)

    assert main(["models", "iris", "--version", "champion"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "model_name       iris",
        "version          3",
        "job_id           j1",
        "created_at       2026-11-23T14:00:00Z",
        "task             classification",
        "target           variety",
        "model_type       ensemble",
        "members          RandomForestClassifier 60 %, LogisticRegression 40 %",
        "rows             fitted on all 150, after a model of 120 of them was measured on the other 30",
        "",
        "  candidate               log loss  weight     fit    size  settings",
        "  ensemble                  0.3000",
        "  RandomForestClassifier    0.3100    60 %  1.25 s  1.5 MB  min_samples_leaf=5",
        "  LogisticRegression        0.3500    40 %  0.02 s  3.0 kB",
        "",
        "  metric     value     95 % interval  baseline",
        "  accuracy  0.9667  0.9000 to 1.0000    0.5000",
        "",
        "  threshold a probability of 0.4000 for b gives the best F1, 0.9000; predictions do not use it",
        "  note      A note.",
    ]


def test_a_superseded_version_of_a_single_model_says_so(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    single = {**MANIFEST, "model_type": "Ridge", "members": [], "refitted": False, "superseded": True}
    answers("version", single)

    main(["models", "iris", "--version", "champion"])

    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.startswith(("members", "rows", "superseded"))] == [
        "rows             fitted on 120, measured on 30 others",
        "superseded       a version of a newer upload was published first",
    ]


def test_a_version_without_a_model_is_an_invalid_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["models", "--version", "3"])

    assert end.value.code == 2
    assert "name the model, as in: mini-ml models iris --version 3" in capsys.readouterr().err


def test_a_job_is_printed_with_its_columns_and_warnings(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers("job", {**JOB, "columns": [{"name": "price", "kind": "numeric", "missing": 0}], "warnings": [WARNING]})

    assert main(["jobs", "j1"]) == 0

    printed = capsys.readouterr().out
    assert "  price     numeric            0" in printed
    assert "  warning   weight: 2 cells could not be read" in printed


def test_predictions_are_printed_one_per_line(answers: Answers, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    answers("predict", {**PREDICTIONS, "predictions": ["Setosa", 7]})

    assert main(["predict", table]) == 0

    assert capsys.readouterr().out == "Setosa\n7\n"


@pytest.mark.parametrize(("arguments", "printed"), [([], b"S\\xe3o\n"), (["--json"], b"S\\u00e3o")])
def test_characters_that_the_terminal_cannot_encode_are_escaped(
    arguments: list[str], printed: bytes, answers: Answers, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("predict", {**PREDICTIONS, "predictions": ["São"]})
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)

    code = main(["predict", table, *arguments])

    terminal.flush()
    assert code == 0
    assert printed in terminal.buffer.getvalue()


def test_the_rows_with_their_predictions_are_written_to_the_output_file(
    answers: Answers, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("predict", {**PREDICTIONS, "predictions": None})
    monkeypatch.setattr(Client, "download_result", lambda _self, _answer, target: target.write(b"a,b,prediction\n"))

    assert main(["predict", table, "--output", str(tmp_path / "out.csv")]) == 0

    assert (tmp_path / "out.csv").read_bytes() == b"a,b,prediction\n"


def test_an_output_that_is_a_device_is_not_replaced(
    answers: Answers, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("predict", {**PREDICTIONS, "predictions": None})
    monkeypatch.setattr(Client, "download_result", lambda _self, _answer, target: target.write(b"a,b,prediction\n"))
    link = tmp_path / "nowhere"
    link.symlink_to(os.devnull)

    assert main(["predict", table, "--output", str(link)]) == 0

    assert link.is_char_device()
    assert list(tmp_path.glob("*.part")) == []


def test_an_output_in_a_missing_folder_is_rejected_before_any_request(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict", table, "--output", str(tmp_path / "nowhere" / "out.csv")])

    assert ended.value.code == 2
    assert "its parent folder does not exist" in capsys.readouterr().err


def test_an_unreadable_file_is_reported_in_one_line(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("train", PermissionError(13, "Permission denied", "iris.csv"))

    assert main(["train", table]) == 1

    assert capsys.readouterr().err == "[Errno 13] Permission denied: 'iris.csv'\n"


def test_jobs_are_printed_one_per_line_under_a_heading(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers("jobs", {"jobs": [JOB], "links": {}})

    assert main(["jobs"]) == 0

    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["JOB", "KIND", "STATE", "CREATED", "MODEL"]
    assert line.split() == ["j1", "train", "succeeded", "2026-11-23T14:00:00", "iris@7"]


@pytest.fixture
def pages_of_jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make the server answer with empty pages of jobs, the third of which is the last and has a job."""
    asked: list[str] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.query.decode())
        found = len(asked) == 3
        return httpx2.Response(200, json={"jobs": [JOB] if found else [], "links": {} if found else {"next": "?more"}})

    monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(respond)))
    return asked


def test_pages_without_a_matching_job_are_followed(
    pages_of_jobs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", "--state", "failed"]) == 0

    assert capsys.readouterr().out.splitlines()[1].split()[0] == "j1"
    assert pages_of_jobs == ["state=failed", "more", "more"]


def test_jobs_that_are_not_found_among_recent_ones_are_said_to_be_so(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("jobs", {"jobs": [], "links": {"next": "jobs?cursor=x"}})

    assert main(["jobs", "--state", "failed"]) == 0

    assert capsys.readouterr().out.splitlines()[1] == "No recent job matches; older jobs were not looked at."


def test_a_page_of_models_says_that_there_are_more(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers("models", {"models": [MODEL], "links": {"next": "models?cursor=iris"}})

    assert main(["models"]) == 0

    assert "There are more models." in capsys.readouterr().out.splitlines()[-1]


def test_a_failed_job_is_printed_with_its_error(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers("job", {**JOB, "state": "failed", "metrics": None, "result": None, "error": PROBLEM})

    assert main(["jobs", "j1"]) == 0

    assert "Invalid dataset: Line 3 has 2 cells." in capsys.readouterr().out


def test_models_are_printed_one_per_line_with_their_aliases(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("models", {"models": [MODEL], "links": {}})

    assert main(["models"]) == 0

    assert capsys.readouterr().out.splitlines()[1].split() == ["iris", "3", "3", "champion=2"]


def test_with_json_the_response_is_printed_as_json(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    newer = {"new": {"field": 1}, **MODEL}
    answers("model", newer)

    assert main(["models", "iris", "--json"]) == 0

    assert capsys.readouterr().out == json.dumps(newer, indent=2) + "\n"


def test_with_json_and_an_output_file_the_response_of_the_prediction_is_printed(
    answers: Answers, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("predict", PREDICTIONS)
    monkeypatch.setattr(Client, "download_result", lambda _self, _answer, target: target.write(b"a,b,prediction\n"))

    assert main(["predict", table, "--json", "--output", str(tmp_path / "out.csv")]) == 0

    assert json.loads(capsys.readouterr().out) == PREDICTIONS


def test_a_rejection_is_printed_to_standard_error_with_all_its_errors(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("train", PROBLEM, status=422)

    assert main(["train", table]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "Invalid dataset: Line 3 has 2 cells.",
        "  - line 3: 2 cells, but the header has 3 (quote the cell)",
        "  correlation id: c-1",
    ]


def test_with_json_a_rejection_is_printed_as_json(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("train", PROBLEM, status=422)

    assert main(["train", table, "--json"]) == 1

    assert json.loads(capsys.readouterr().err) == {**PROBLEM, "correlation_id": "c-1"}


def test_an_unreachable_platform_is_reported_in_one_sentence(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("models", httpx2.ConnectError("refused"))

    assert main(["models", "--url", "http://localhost:8000"]) == 1

    assert capsys.readouterr().err == (
        "No response from http://localhost:8000/models (ConnectError). "
        "Is the platform running? `mini-ml up` starts it.\n"
    )


def test_a_port_in_use_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Namespace) -> None:
        raise PortsInUse("port 8000 is in use")

    monkeypatch.setitem(commands.LOCAL, "up", refuse)

    assert main(["up"]) == 1

    assert capsys.readouterr().err == "port 8000 is in use\n"


def test_ctrl_c_exits_with_130(answers: Answers) -> None:
    answers("models", KeyboardInterrupt())

    assert main(["models", "--url", "http://localhost:8000"]) == 130


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["train", "nowhere.csv"], "file not found: nowhere.csv"),
        (["train", __file__, "--model-params", "{"], "invalid JSON"),
        (["train", __file__, "--model-params", "[]"], "must be a JSON object"),
        (["train", __file__, "--bad-rows", "keep"], "argument --bad-rows: invalid choice: 'keep'"),
        (["train", __file__, "--effort", "high"], "argument --effort: invalid choice: 'high'"),
        (["predict", __file__, "--bad-rows", "skip"], "argument --bad-rows: invalid choice: 'skip'"),
    ],
)
def test_invalid_arguments_exit_with_2_and_say_why(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv)

    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_the_url_option_overrides_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINI_ML_URL", "http://127.0.0.1:1")

    main(["models"])
    main(["models", "--url", "http://127.0.0.1:2"])

    first, second = capsys.readouterr().err.splitlines()
    assert "http://127.0.0.1:1/models " in first
    assert "http://127.0.0.1:2/models " in second


def test_an_invalid_setting_is_reported_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINI_ML_API_PORT", "eighty")

    assert main(["up"]) == 2

    assert capsys.readouterr().err.startswith("MINI_ML_API_PORT: Input should be a valid integer")


README = Path(__file__).parents[3] / "README.md"
LINES = [shlex.split(line) for line in README.read_text().splitlines() if line.startswith(".venv/bin/mini-ml ")]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_the_lines_of_the_readme_can_be_typed(line: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(README.parent)

    assert arguments.parse(line[1:]).command == line[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Setosa\tç\xa0花", "Setosa\tç\xa0花"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\nb\rc", "a\\nb\\rc"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
    ],
)
def test_control_characters_cannot_reach_the_terminal(text: str, shown: str) -> None:
    assert printing.escape_control_characters(text) == shown


FILE = {"delimiter": ";", "header_line": 3, "skipped_lines": 2, "padded_rows": 1, "mended_rows": 4, "bad_rows": 2}
SAID = (
    "  file      cells separated by “;”, column names in line 3, 2 lines skipped, 1 short row filled up with empty "
    "cells, 4 rows mended, 2 rows not readable"
)


def test_a_training_says_how_its_file_was_read_and_where_the_bad_rows_are(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(
        "train", {**JOB, "file": FILE, "warnings": [WARNING], "links": {**JOB["links"], "rejects": "jobs/j1/rejects"}}
    )

    assert main(["train", table, "--url", "http://localhost:8000"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("  warning")
    assert lines[2:4] == [SAID, "  rejects   http://localhost:8000/jobs/j1/rejects"]


def test_a_prediction_says_how_its_file_was_read_on_standard_error(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = {**PREDICTIONS["links"], "rejects": "jobs/j2/rejects"}
    answers("predict", {**PREDICTIONS, "file": FILE, "links": rejects})

    assert main(["predict", table, "--url", "http://localhost:8000"]) == 0

    printed = capsys.readouterr()
    assert printed.out == "Setosa\n"
    assert printed.err.splitlines() == [SAID, "  rejects   http://localhost:8000/jobs/j2/rejects"]


def test_a_job_says_how_its_file_was_read(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    result = {**JOB["result"], "rejects_key": "k", "rejects_uri": "s3://bucket/rejects.csv"}
    answers("job", {**JOB, "file": FILE, "result": result})

    assert main(["jobs", "j1"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert SAID in printed
    assert "rejects_uri      s3://bucket/rejects.csv" in printed


@pytest.mark.parametrize("file", [None, {}, {"blank_lines": 3, "given_names": ["column_1"], "row_names": True}])
def test_a_file_that_was_read_in_the_usual_way_is_not_described(
    file: dict[str, Any] | None, answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("predict", {**PREDICTIONS, "file": file})

    main(["predict", table])

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"delimiter": "\t"}, "cells separated by tabs"),
        ({"delimiter": "  "}, "cells separated by two or more blanks"),
        ({"delimiter": "\x1b"}, "cells separated by “\x1b”"),
        ({"quote": "'"}, "cells quoted with “'”"),
        ({"packed": True, "header_line": None}, "packed with gzip, no line with column names"),
        ({"skipped_lines": 1, "trimmed_rows": 1}, "1 line skipped, 1 row with extra empty cells"),
        ({"padded_rows": 12_000}, "12,000 short rows filled up with empty cells"),
        ({"bad_rows": 1}, "1 row not readable"),
    ],
)
def test_the_line_about_a_file_has_plain_words(file: dict[str, Any], said: str) -> None:
    assert list(format_file(FileReport.model_validate(file))) == [f"  file      {said}"]


def test_the_line_of_a_row_without_a_prediction_is_empty(
    answers: Answers, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers("predict", {**PREDICTIONS, "predictions": ["Setosa", None, 7]})

    assert main(["predict", table, "--bad-rows", "keep"]) == 0

    assert capsys.readouterr().out == "Setosa\n\n7\n"


def test_how_to_search_and_how_to_measure_is_sent_with_the_file(
    monkeypatch: pytest.MonkeyPatch, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[bytes] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.read())
        return httpx2.Response(200, json=JOB)

    monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(respond)))
    main(["train", table, "--effort", "best", "--refit", "--time-column", "a", "--group-column", "b"])
    main(["train", table, "--no-refit"])
    main(["train", table])

    full, off, bare = sent
    for part in (
        b'"effort"\r\n\r\nbest',
        b'"refit"\r\n\r\ntrue',
        b'"time_column"\r\n\r\na',
        b'"group_column"\r\n\r\nb',
    ):
        assert part in full
    assert b'"refit"\r\n\r\nfalse' in off
    assert [name for name in (b"effort", b"refit", b"time_column", b"group_column") if name in bare] == []


@pytest.mark.parametrize(("command", "values"), [("train", ("skip", "refuse")), ("predict", ("refuse", "keep"))])
def test_what_to_do_with_bad_rows_can_be_typed(command: str, values: tuple[str, str]) -> None:
    parsed = [arguments.parse([command, __file__, "--bad-rows", value]).bad_rows for value in values]

    assert parsed == list(values)
    assert arguments.parse([command, __file__]).bad_rows is None
