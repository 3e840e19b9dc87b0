"""`mini-ml inspect` shows how a file is read, on one screen."""

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.cli import commands, main
from mini_ml.cli.display_width import cut_to, display_width, pad_to
from mini_ml.cli.inspection import format_inspection
from mini_ml.client import Client
from mini_ml.contracts import InspectAnswer
from mini_ml.topology import Limits
from tests.fixtures.responses import INSPECTION, build_problem

PROBLEM = {"reason": "no such column", "hint": "did you mean “sold”?", "column": "sol", "parameter": "target_column"}
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50)


def lines_of(table: Path, width: int = 80, **changed: Any) -> list[str]:
    """Return the lines of an answer."""
    answer = InspectAnswer.model_validate({**INSPECTION, **changed}, extra="ignore")
    return list(format_inspection(answer, table, width=width))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text("a,b\n1,2\n")
    return path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Bodies of the requests that commands send; the server answers them all alike."""
    bodies: list[bytes] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/inspect"
        bodies.append(request.read())
        return httpx2.Response(200, json=INSPECTION)

    monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(respond)))
    return bodies


def test_an_inspection_is_printed_with_its_columns_target_and_task(table: Path) -> None:
    assert lines_of(table) == [
        "shop.csv",
        "  rows      20,000 looked at; the file has more",
        "  file      delimiter semicolon; header in line 3; packed with gzip; lines above the rows skipped: 2; "
        "short rows filled: 1,200",
        "  target    sold",
        "  task      classification",
        "  column    kind         missing  samples",
        "  shop      left out           -  A",
        "    left out: constant: all cells have the same value",
        "  price     numeric            3  R$ 7,25",
        "    read as R$ 1.234,50 → 1234.5",
        "  sold      target             1  yes, no",
    ]


def test_warnings_and_problems_follow(table: Path) -> None:
    warning = {"code": "blank_lines", "message": "2 blank lines were skipped."}

    lines = lines_of(table, complete=True, rows=7, task=None, warnings=[warning], problems=[PROBLEM])

    assert lines[1] == "  rows      7, all of the file"
    assert lines[4] == "  task      none: see the problems"
    assert lines[-2:] == [
        "  warning   2 blank lines were skipped.",
        "  problem   column sol, parameter target_column: no such column (did you mean “sold”?)",
    ]


@given(
    names=st.lists(NAMES.map("n{}".format), min_size=1, max_size=4, unique=True),
    samples=st.lists(NAMES, max_size=5),
    width=st.sampled_from([80, 120]),
)
def test_the_columns_fit_in_the_terminal_and_stand_below_each_other(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], samples: list[str], width: int
) -> None:
    columns = [{"name": name, "kind": "numeric", "missing": 0, "samples": samples} for name in names]

    heading, *rows = lines_of(tmp_path_factory.getbasetemp(), width=width, columns=columns)[5:]

    assert len(rows) == len(names)
    assert [line for line in rows if display_width(line) > width] == []
    assert {display_width(line.partition("numeric ")[0]) for line in rows} == {heading.index("kind")}


def test_what_explains_a_column_is_cut_at_the_width_of_the_terminal(table: Path) -> None:
    columns = [{"name": "a", "kind": "numeric", "missing": 0, "format": "1" * 99}, {"name": "b", "left_out": "x" * 99}]

    lines = lines_of(table, columns=columns)

    assert {len(lines[7]), len(lines[9])} == {80}


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("\u200bab", 2), ("Ａ", 2), ("", 0)]
)
def test_wide_characters_take_two_cells_and_combining_ones_none(text: str, cells: int) -> None:
    assert display_width(text) == cells


@given(text=NAMES, cells=st.integers(1, 30))
def test_a_cut_text_fits_and_a_padded_one_fills_its_place(text: str, cells: int) -> None:
    cut = cut_to(text, cells)

    assert display_width(cut) <= cells
    assert display_width(pad_to(cut, cells)) == cells
    assert cut == text or cut.endswith("…")


def test_the_options_are_sent(table: Path, sent: list[bytes], capsys: pytest.CaptureFixture[str]) -> None:
    split = ["--time-column", "sold on", "--group-column", "customer"]

    assert main(["inspect", str(table), "--target", "b", "--drop", "a,c", *split]) == 0

    assert b'name="target_column"\r\n\r\nb\r\n' in sent[0]
    assert b'name="columns_to_drop"\r\n\r\n["a", "c"]\r\n' in sent[0]
    assert b'name="time_column"\r\n\r\nsold on\r\n' in sent[0]
    assert b'name="group_column"\r\n\r\ncustomer\r\n' in sent[0]
    assert "target    sold" in capsys.readouterr().out


def test_with_json_the_answer_is_printed_as_it_is(
    table: Path, sent: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(table), "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == INSPECTION


def test_of_a_large_file_only_the_head_is_sent_and_the_output_says_so(
    tmp_path: Path, sent: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "123,4567\n" * (Limits().inline_upload_bytes // 9 + 1))

    assert main(["inspect", str(large)]) == 0

    assert b'name="is_head"\r\n\r\ntrue\r\n' in sent[0]
    assert len(sent[0]) <= Limits().inline_upload_bytes + 1_000
    assert "only the start of the file: it is larger than 4,400,000 bytes" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\xff\xfea\0,\0", bytes(range(256)), "ação,y\n1,2\n".encode("latin-1")])
def test_any_bytes_are_sent_as_they_are(tmp_path: Path, sent: list[bytes], content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)

    assert main(["inspect", str(path)]) == 0

    assert content in sent[0]


def test_a_folder_is_named_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["inspect", str(tmp_path)])

    assert exited.value.code == 2
    assert f"{tmp_path} is a folder; name a CSV file" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_reported_with_its_problem(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = build_problem(422, "invalid_dataset", "Invalid dataset", "The file is empty.")
    transport = httpx2.MockTransport(lambda request: httpx2.Response(422, json=problem))
    monkeypatch.setattr(commands, "Client", partial(Client, transport=transport))

    assert main(["inspect", str(table)]) == 1

    assert capsys.readouterr().err == "Invalid dataset: The file is empty.\n"


def test_the_head_of_a_packed_file_is_its_first_bytes(tmp_path: Path, sent: list[bytes]) -> None:
    packed = gzip.compress(bytes(range(256)) * 20_000, compresslevel=0)
    (tmp_path / "large.csv.gz").write_bytes(packed)

    assert main(["inspect", str(tmp_path / "large.csv.gz")]) == 0

    assert packed[: Limits().inline_upload_bytes] in sent[0]
    assert packed[: Limits().inline_upload_bytes + 1] not in sent[0]
