"""`mini-ml logs` reads the log files of all processes as one log."""

import json
from pathlib import Path

import pytest

from mini_ml.local.failures import LogsMissing
from mini_ml.local.log_files import LogFiles

JOB, OTHER_JOB = "0193a000-0000-7000-8000-000000000001", "0193a000-0000-7000-8000-000000000002"


def line(second: int, event: str, **fields: object) -> str:
    """Return a line as a service writes it."""
    timestamp = f"2026-11-27T01:02:{second:02}.000+00:00"
    return json.dumps({"timestamp": timestamp, "level": "INFO", "service": "x", "message": event, **fields}) + "\n"


def write(folder: Path, process: str, *lines: str) -> None:
    with (folder / f"{process}.log").open("a", encoding="utf-8") as file:
        file.writelines(lines)


def events(files: LogFiles) -> list[str]:
    """Return process and event of the lines that are read."""
    return [" ".join(text.split()[2:4]) for text in files.read_new()]


def test_the_lines_of_all_processes_come_in_the_order_of_time(tmp_path: Path) -> None:
    write(tmp_path, "api", line(1, "request"), line(4, "request"))
    write(tmp_path, "trainer-poller-1", line(2, "job_started"), line(3, "job_succeeded"))
    write(tmp_path, "emulator", "plain text\n")

    assert events(LogFiles(folder=tmp_path)) == [
        "api request",
        "trainer-poller-1 job_started",
        "trainer-poller-1 job_succeeded",
        "api request",
    ]


def test_a_line_is_readable_and_names_its_process(tmp_path: Path) -> None:
    write(tmp_path, "api", line(1, "request", route="/train", status=201, correlation_id="order-17"))

    [text] = LogFiles(folder=tmp_path).read_new()

    assert text == (
        "2026-11-27T01:02:01.000Z INFO     api           request route=/train status=201 correlation_id=order-17"
    )


def test_text_that_is_no_event_is_shown_where_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, "api", line(1, "request"), "MINI_ML_STAGE is required\x1b[2J\n", '["a list"]\n', line(9, "request"))
    write(tmp_path, "trainer", line(5, "request"))

    texts = list(LogFiles(folder=tmp_path).read_new())

    assert [text.partition(" ")[0] for text in texts][1:3] == ["api:", "api:"]
    assert texts[1] == r"api: MINI_ML_STAGE is required\x1b[2J"


def test_only_new_complete_lines_are_read_again(tmp_path: Path) -> None:
    files = LogFiles(folder=tmp_path)
    write(tmp_path, "api", line(1, "first"), line(2, "second")[:20])
    first = events(files)
    write(tmp_path, "api", line(2, "second")[20:])
    write(tmp_path, "trainer", line(3, "of a new process"))

    assert first == ["api first"]
    assert events(files) == ["api second", 'trainer "of']
    assert events(files) == []


def test_a_file_that_was_replaced_by_a_shorter_one_is_read_from_its_start(tmp_path: Path) -> None:
    files = LogFiles(folder=tmp_path)
    write(tmp_path, "api", line(1, "first"), line(2, "second"))
    events(files)
    (tmp_path / "api.log").write_text(line(3, "third"))

    assert events(files) == ["api third"]


def write_story(folder: Path) -> None:
    """Write the lines of two jobs whose requests came in between each other."""
    ids = {"correlation_id": "c-1"}
    write(folder, "api", line(1, "unrelated", correlation_id="c-9"), line(2, "reading", **ids))
    write(folder, "api", line(3, "job_created", job_id=JOB, **ids), line(9, "request", job_id=JOB, **ids))
    write(folder, "trainer-poller-1", line(4, "job_started", job_id=JOB, **ids), line(5, "idle"))
    write(folder, "trainer-poller-1", line(6, "job_started", job_id=OTHER_JOB, **ids), "plain text\n")


def test_the_lines_of_a_job_are_those_with_its_id_and_those_of_its_request(tmp_path: Path) -> None:
    write_story(tmp_path)

    assert events(LogFiles(folder=tmp_path, id=JOB)) == [
        "api reading",
        "api job_created",
        "trainer-poller-1 job_started",
        "api request",
    ]


def test_the_lines_of_a_correlation_id_are_those_of_all_its_jobs(tmp_path: Path) -> None:
    write_story(tmp_path)

    assert [event.split()[-1] for event in events(LogFiles(folder=tmp_path, id="c-1"))] == [
        "reading",
        "job_created",
        "job_started",
        "job_started",
        "request",
    ]


def test_the_request_of_a_job_is_known_in_later_reads(tmp_path: Path) -> None:
    files = LogFiles(folder=tmp_path, id=JOB)
    write(tmp_path, "api", line(1, "job_created", job_id=JOB, correlation_id="c-1"))
    events(files)
    write(tmp_path, "predict", line(2, "warned", correlation_id="c-1"), line(3, "warned", correlation_id="c-2"))

    assert events(files) == ["predict warned"]


def test_a_folder_without_logs_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, "emulator", "plain text\n")

    with pytest.raises(LogsMissing, match=r"MINI_ML_STATE_DIR.*docker compose logs"):
        list(LogFiles(folder=tmp_path).read_new())
    with pytest.raises(LogsMissing):
        list(LogFiles(folder=tmp_path / "none").read_new())
