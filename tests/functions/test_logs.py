"""Logs are events with fields, one JSON object per line, without data of clients."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mini_ml import errors, log_context
from mini_ml.adapters.logs import JsonFormatter, TextFormatter
from tests.functions.services import Services, predict, sample, train

ROOT = Path(__file__).parents[2]


class Lines(logging.Handler):
    """Formats every record where it is logged, with the fields of its request or job."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter("api"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the fields of all lines of an event."""
        return [fields for fields in map(json.loads, self.lines) if fields["message"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def log(record: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields of the line of a record."""
    fields = json.loads(JsonFormatter("api").format(logging.makeLogRecord(record)))
    assert isinstance(fields, dict)
    return fields


# ---------------------------------------------------------------- format


def test_an_event_is_one_line_of_json_with_its_fields() -> None:
    record = {"name": "mini_ml", "levelname": "INFO", "msg": "published", "model_name": "iris", "version": None}

    fields = log(record)

    assert {key: fields[key] for key in ("message", "model_name", "level", "name", "service")} == {
        "message": "published",
        "model_name": "iris",
        "level": "INFO",
        "name": "mini_ml",
        "service": "api",
    }
    assert "version" not in fields


def test_a_line_has_the_fields_of_its_request_and_those_of_the_record_win() -> None:
    with log_context.bind(request_id="r", job_id="of the request"):
        fields = log({"msg": "swept", "job_id": "of the record"})

    assert (fields["request_id"], fields["job_id"]) == ("r", "of the record")


def test_an_event_that_looks_like_json_stays_text() -> None:
    assert log({"msg": '{"level": "forged"}'})["message"] == '{"level": "forged"}'


def test_no_value_can_break_its_log_line() -> None:
    forged = 'train/x\r\n{"event": "forged"}\u2028\x1b[2J'
    record = logging.makeLogRecord({"msg": "received", "key": forged})

    line = JsonFormatter("api").format(record)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["key"] == forged


def test_no_value_can_control_the_terminal() -> None:
    record = logging.makeLogRecord({"msg": "received", "key": 'x\r\n\x1b[2J\u202e"y"', "levelname": "INFO"})

    line = TextFormatter("api").format(record)

    assert line.isprintable()
    assert r'key="x\r\n\u001b[2J\u202e\"y\""' in line


def test_a_terminal_shows_time_level_service_event_and_fields() -> None:
    record = {"msg": "job_started", "levelname": "INFO", "name": "mini_ml.jobs", "created": 0.5, "job_id": "j", "n": 2}

    with log_context.bind(correlation_id="order-17"):
        line = TextFormatter("trainer").format(logging.makeLogRecord(record))

    assert line == "1970-01-01T00:00:00.500Z INFO     trainer       job_started correlation_id=order-17 job_id=j n=2"


def test_a_terminal_shows_a_traceback_below_its_event() -> None:
    line = TextFormatter("api").format(failed(OSError("disk full")))

    event, *traceback = line.splitlines()
    assert event.endswith("failed")
    assert traceback[-1] == "    builtins.OSError: disk full"
    assert all(one.startswith("    ") for one in traceback)


# ---------------------------------------------------------------- exceptions


def failed(error: Exception) -> logging.LogRecord:
    """Return the record of an exception that was raised."""
    try:
        raise error
    except Exception:
        return logging.makeLogRecord({"msg": "failed", "levelname": "ERROR", "exc_info": sys.exc_info()})


def test_an_exception_stays_on_the_line_of_its_event() -> None:
    line = JsonFormatter("api").format(failed(OSError("first\nsecond")))

    assert "\n" not in line
    assert json.loads(line)["exception_name"] == "OSError"
    assert "raise error" in json.loads(line)["exception"]
    assert json.loads(line)["exception"].endswith("first\nsecond")


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, errors.UnknownColumn, errors.InvalidDataset])
def test_a_message_that_may_quote_a_file_is_not_logged(kind: type[Exception]) -> None:
    error = kind("could not convert string to float: 'private'")
    error.add_note("private")
    error.__cause__ = ValueError("private")

    fields = log(vars(failed(error)))

    assert fields["exception_name"] == kind.__name__
    assert "ValueError" in fields["exception"]
    assert "private" not in json.dumps(fields)


def test_the_exceptions_of_a_group_are_logged_without_their_messages() -> None:
    fields = log(vars(failed(ExceptionGroup("private", [KeyError("private"), TypeError("private")]))))

    assert "builtins.KeyError\nIn the group:\nbuiltins.TypeError" in fields["exception"]
    assert "private" not in fields["exception"]


def test_messages_of_aws_and_of_the_system_are_logged() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no rights"}}, "PutObject")

    assert "no rights" in log(vars(failed(refused)))["exception"]
    assert "took too long" in log(vars(failed(errors.StorageUnavailable("took too long"))))["exception"]


def test_the_exception_of_a_forgotten_task_is_not_logged() -> None:
    message = "Task exception was never retrieved\nfuture: <Task exception=ValueError('private')>"

    assert log({"name": "asyncio", "msg": message})["message"] == "Task exception was never retrieved"


# ---------------------------------------------------------------- a process


_PROCESS = """
import logging, threading, warnings
from mini_ml.adapters import logs
{before}
logs.configure("trainer")
logging.getLogger("any.library").warning("of a library %s", 1)
logging.getLogger("uvicorn.error").info("of the server")
logging.getLogger("botocore").info("too much")
logging.getLogger("uvicorn.access").info('GET /private?private=1')
warnings.warn("column `private` was dropped", UserWarning, stacklevel=1)
crashing = threading.Thread(target=lambda: {{}}["private"])
crashing.start()
crashing.join()
raise ValueError("private")
"""
_SERVER = "import logging.config, uvicorn.config; logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)"


def run(before: str = "", **environment: str) -> str:
    """Return what a process that logs, warns and crashes writes."""
    ended = subprocess.run(
        [sys.executable, "-c", _PROCESS.format(before=before)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


@pytest.mark.parametrize("before", ["", _SERVER], ids=["alone", "in uvicorn"])
def test_libraries_warnings_and_crashes_are_lines_of_json_too(before: str) -> None:
    written = run(before)

    fields = [json.loads(line) for line in written.splitlines()]
    assert [one["message"] for one in fields] == [
        "of a library 1",
        "of the server",
        "library_warning",
        "thread_failed",
        "process_failed",
    ]
    assert {one["service"] for one in fields} == {"trainer"}
    assert (fields[2]["category"], fields[3]["exception_name"]) == ("UserWarning", "KeyError")
    assert "private" not in written.replace('{}[\\"private\\"]', "")


def test_a_setting_chooses_text_and_the_level() -> None:
    written = run(MINI_ML_LOG_FORMAT="text", MINI_ML_LOG_LEVEL="ERROR")

    assert [line.split()[1:4] for line in written.splitlines() if not line.startswith("    ")] == [
        ["CRITICAL", "trainer", "thread_failed"],
        ["CRITICAL", "trainer", "process_failed"],
    ]


# ---------------------------------------------------------------- requests and jobs


def test_a_request_is_logged_by_its_route_and_never_by_its_content(services: Services, lines: Lines) -> None:
    answer = train(services.api, model_name="hush")
    services.api.get(f"/jobs/{answer.json()['job_id']}?whisper=1")

    requests = [(one["route"], one["status"], one.get("code")) for one in lines.of("request")]
    assert requests == [("/train", 201, None), ("/jobs/{job_id}", 400, "invalid_request")]
    secrets = ("whisper", sample("iris.csv").decode().split()[1], "sepal", "petal", "Setosa")
    of_platform = [line for line in lines.lines if '"name":"mini_ml' in line]
    assert not any(secret in line for line in of_platform for secret in secrets)


def test_every_line_of_a_job_has_its_ids(services: Services, lines: Lines) -> None:
    job = train(services.api, model_name="iris").json()

    of_job = [one for one in map(json.loads, lines.lines) if one.get("job_id") == job["job_id"]]
    assert [one["message"] for one in of_job] == ["job_created", "job_started", "job_succeeded", "request"]
    assert {(one["model_name"], one["correlation_id"]) for one in of_job} == {("iris", job["correlation_id"])}
    assert [(one["attempt"], one["model_version"]) for one in lines.of("job_succeeded")] == [(1, 1)]


def test_the_line_of_a_failed_job_has_its_code(services: Services, lines: Lines) -> None:
    answer = train(services.api, target_column="private")

    [line] = lines.of("job_failed")
    assert (line["level"], line["code"]) == ("WARNING", answer.json()["code"])
    assert "private" not in "".join(lines.lines)


def test_a_request_that_scores_is_logged_with_the_version_that_it_used(services: Services, lines: Lines) -> None:
    train(services.api, model_name="iris")
    row = dict(zip(sample("iris.csv").decode().splitlines()[0].replace('"', "").split(","), [5, 3, 1, 0], strict=False))

    for _ in range(2):  # the second one takes the fast path
        answer = services.predict.post("/models/iris/invocations", json={"instances": [row]})
        assert answer.status_code == 200

    scored = [one for one in lines.of("request") if one["route"] == "/models/{model_name}/invocations"]
    assert [(one["model_name"], one["model_version"]) for one in scored] == [("iris", 1)] * 2


def test_a_job_that_the_trainer_starts_itself_logs_with_the_ids_of_its_request(idle: Services, lines: Lines) -> None:
    train(idle.trainer, model_name="iris")

    [started], [request] = lines.of("job_started"), lines.of("request")
    assert started["request_id"] == request["request_id"]


def test_a_batch_prediction_is_logged_with_its_pinned_version(services: Services, lines: Lines) -> None:
    train(services.api)
    answer = predict(services.api).json()

    started = [one for one in lines.of("job_started") if one["job_id"] == answer["job_id"]]
    assert [(one["kind"], one["model_version"]) for one in started] == [("predict", 1)]
