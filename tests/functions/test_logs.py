"""Logs are events with fields, one JSON object per line, without data of clients."""

import json
import logging

import pytest

from mini_ml.adapters.logs import JsonFormatter
from tests.functions.services import Services, sample, train


def test_an_event_is_one_line_of_json_with_its_fields() -> None:
    record = logging.makeLogRecord({"name": "mini_ml", "levelname": "INFO", "msg": "published", "model_name": "iris"})

    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert {"event": "published", "model_name": "iris", "level": "INFO", "logger": "mini_ml"}.items() <= json.loads(
        line
    ).items()


def test_an_exception_stays_on_the_line_of_its_event() -> None:
    error = ValueError("first\nsecond")
    record = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, error, None)})

    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert "second" in json.loads(line)["exception"]


def test_a_request_is_logged_by_its_route_and_never_by_its_content(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="mini_ml")

    answer = train(services.api, model_name="hush")
    services.api.get(f"/jobs/{answer.json()['job_id']}?whisper=1")

    lines = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("mini_ml")]
    requests = [(json.loads(line)["route"], json.loads(line)["status"]) for line in lines if '"request"' in line]
    assert requests == [("/train", 201), ("/jobs/{job_id}", 400)]
    assert not any(secret in line for line in lines for secret in ("whisper", sample("iris.csv").decode().split()[1]))


def test_no_value_can_break_its_log_line() -> None:
    forged = 'train/x\r\n{"event": "forged"}\u2028\x1b[2J'
    record = logging.makeLogRecord({"msg": "received", "key": forged})

    line = JsonFormatter().format(record)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["key"] == forged
