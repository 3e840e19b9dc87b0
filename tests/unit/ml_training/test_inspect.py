"""An inspection says what a training of the same file would read, and what the training would be rejected for."""

import gzip
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import ColumnReport, InspectAnswer, InspectOptions, TrainOptions
from mini_ml.errors import InvalidDataset, InvalidOption, InvalidTarget, LimitExceeded, UnknownColumn
from mini_ml.ml.training.inspect import inspect_file
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.topology import STAGES, Limits
from tests.unit.ml_reading.strategies import SPELLINGS, Rows, Spelling, tables, write_csv

LIMITS = STAGES["test"].inspection_limits
SHOP = (
    "shop,colour,price,when,size,sold\n"
    "A,red,\"R$ 1.234,50\",05/03/2021,7,yes\n"
    "A,green,\"R$ 7,25\",25/03/2021,NA,no\n"
    "A,red,,26/03/2021,9,yes\n"
    "A,NA,\"R$ 8,00\",,11,\n"
)  # fmt: skip

ODD_LINES = (b"", b"Sales of May", b"a,b,c,d,e,f,g", b'"', b",,,", b"1;2;3;4", b"# note")


def inspect(content: str | bytes, limits: Limits = LIMITS, **asked: Any) -> InspectAnswer:
    """Inspect a file, with the last column as the target unless another is asked for."""
    body = content.encode() if isinstance(content, str) else content
    return inspect_file(io.BytesIO(body), InspectOptions(**asked), limits)


def numbered(rows: int) -> str:
    """Return a file with a number of rows."""
    return "a,b,y\n" + "".join(f"{row % 7},{row % 5}.5,{'uv'[row % 2]}\n" for row in range(rows))


def insert_lines(content: bytes, odd_lines: list[tuple[int, bytes]]) -> bytes:
    """Insert lines that are not rows like the others."""
    lines = content.splitlines(keepends=True)
    for place, line in odd_lines:
        lines.insert(place, line + b"\n")
    return b"".join(lines)


def answer_of_training(content: bytes, options: TrainOptions) -> dict[str, Any]:
    """Return what a training decides about a file, in the form of an inspection, or what it is rejected for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        try:
            read = read_dataset(path, options, limits=LIMITS, seed=0)
        except (InvalidDataset, InvalidOption, InvalidTarget, UnknownColumn) as error:
            return {"problems": [issue.reason for issue in error.issues]}
    file = read.file.model_copy(update={"packed": content.startswith(b"\x1f\x8b")})
    return {"columns": list(read.columns), "warnings": read.warnings, "file": file, "task": read.split.task}


def answer_of_inspection(content: bytes, options: TrainOptions) -> dict[str, Any]:
    """Return the same of an inspection."""
    try:
        found = inspect(
            content, **options.model_dump(include={"target_column", "columns_to_drop", "time_column", "group_column"})
        )
    except InvalidDataset as error:
        return {"problems": [issue.reason for issue in error.issues]}
    if found.problems:
        return {"problems": [issue.reason for issue in found.problems]}
    columns = [ColumnReport(**column.model_dump(exclude={"samples"})) for column in found.columns]
    return {"columns": columns, "warnings": found.warnings, "file": found.file, "task": found.task}


@given(
    table=tables(),
    spelling=SPELLINGS,
    packed=st.booleans(),
    odd_lines=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(ODD_LINES)), max_size=2),
    target=st.sampled_from([None, "target", "c0", "c1", "c9"]),
    dropped=st.sampled_from([(), ("c0",), ("c0", "c1")]),
    split=st.sampled_from([(None, None), ("c0", None), (None, "c0"), ("c0", "c1"), ("c1", "c0"), ("target", "c9")]),
)
def test_an_inspection_says_what_a_training_of_the_file_answers(
    table: tuple[list[str], Rows],
    spelling: Spelling,
    packed: bool,
    odd_lines: list[tuple[int, bytes]],
    target: str | None,
    dropped: tuple[str, ...],
    split: tuple[str | None, str | None],
) -> None:
    content = insert_lines(write_csv(*table, spelling), odd_lines)
    content = gzip.compress(content) if packed else content
    time, group = split
    options = TrainOptions(target_column=target, columns_to_drop=dropped, time_column=time, group_column=group)

    trained = answer_of_training(content, options)

    assert set(trained.get("problems", [])) <= set(answer_of_inspection(content, options).get("problems", []))
    assert "problems" in trained or answer_of_inspection(content, options) == trained


def test_every_column_has_its_kind_its_gaps_and_samples() -> None:
    found = inspect(SHOP)

    assert [(one.name, one.kind, one.missing, one.samples) for one in found.columns] == [
        ("shop", None, None, ("A",)),
        ("colour", "categorical", 0, ("red", "green", "NA")),
        ("price", "numeric", 1, ("R$ 1.234,50", "R$ 7,25", "R$ 8,00")),
        ("when", "datetime", 1, ("05/03/2021", "25/03/2021", "26/03/2021")),
        ("size", "numeric", 1, ("7", "9", "11")),
        ("sold", None, 1, ("yes", "no")),
    ]
    assert found.columns[2].format == "R$ 1.234,50 → 1234.5"
    assert found.columns[0].left_out
    assert (found.rows, found.complete, found.target, found.task) == (4, True, "sold", "classification")
    assert [warning.code for warning in found.warnings] == ["rows_without_target"]
    assert found.problems == ()


def test_a_dropped_column_is_not_read() -> None:
    found = inspect(SHOP, columns_to_drop=("price",))

    assert [(one.name, one.missing, one.samples) for one in found.columns if one.left_out == "dropped as asked"] == [
        ("price", None, ())
    ]


def test_samples_are_different_and_few_and_cut() -> None:
    cells = ["  same ", "same", "x" * 50, "b", "c", "d", "e"]
    csv = "text,y\n" + "".join(f"{cell},{place % 2}\n" for place, cell in enumerate(cells))

    [samples, _] = [column.samples for column in inspect(csv).columns]

    assert samples == ("same", "x" * 39 + "…", "b", "c", "d")


def test_gaps_of_a_target_are_no_samples() -> None:
    labels, amounts = inspect("x,y\n1,NA\n2,u\n3,v\n"), inspect("x,y\n1,-\n2,1.5\n3,2.5\n4,3.5\n")

    assert (labels.columns[-1].samples, labels.task) == (("u", "v"), "classification")
    assert (amounts.columns[-1].samples, amounts.task) == (("1.5", "2.5", "3.5"), "regression")


# ---------------------------------------------------------------- how much is looked at


@pytest.mark.parametrize(("rows", "seen", "complete"), [(49, 49, True), (50, 50, True), (51, 50, False)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_at_most_so_many_rows_are_looked_at(rows: int, seen: int, complete: bool, pack: Any) -> None:
    found = inspect(pack(numbered(rows).encode()), replace(LIMITS, inspect_rows=50))

    assert (found.rows, found.complete, found.problems) == (seen, complete, ())


def test_rows_beyond_the_limit_decide_nothing() -> None:
    csv = numbered(50) + "word,2,w\n" * 500

    found = inspect(csv, replace(LIMITS, inspect_rows=50))

    assert [(column.kind, column.missing) for column in found.columns] == [("numeric", 0), ("numeric", 0), (None, 0)]
    assert found.columns[-1].samples == ("u", "v")
    assert found.warnings == ()


def test_more_rows_than_a_training_may_have_are_no_error() -> None:
    assert inspect(numbered(300), replace(LIMITS, rows=300, inspect_rows=10)).rows == 10


def test_a_file_larger_than_the_limit_is_looked_at_up_to_its_last_whole_row() -> None:
    content = numbered(50).encode()

    found = inspect(gzip.compress(content), replace(LIMITS, inspect_bytes=len(content) - 3))

    assert (found.rows, found.complete) == (49, False)


def test_a_file_of_exactly_the_limit_is_complete() -> None:
    content = numbered(50).encode()

    found = inspect(content, replace(LIMITS, inspect_bytes=len(content)))

    assert (found.rows, found.complete) == (50, True)


def test_an_inspection_obeys_the_memory_of_its_function() -> None:
    with pytest.raises(LimitExceeded) as raised:
        inspect(numbered(2_000), replace(LIMITS, estimated_memory_mib=220))

    assert [issue.limit for issue in raised.value.issues] == ["estimated_memory_mib"]


# ---------------------------------------------------------------- the first bytes of a file


def test_the_row_in_which_a_head_ends_is_left_out() -> None:
    whole = numbered(20)

    found = inspect(whole[:-3], is_head=True)

    assert (found.rows, found.complete) == (19, False)


def test_a_head_that_ends_in_a_line_end_keeps_its_last_row() -> None:
    found = inspect(numbered(20), is_head=True)

    assert (found.rows, found.complete) == (20, False)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8])
def test_the_head_of_a_packed_file_ends_where_it_is_cut(kept: float) -> None:
    packed = gzip.compress(numbered(5_000).encode())

    found = inspect(packed[: int(len(packed) * kept)], is_head=True)

    assert 0 < found.rows < 5_000
    assert (found.complete, found.file.packed, found.problems) == (False, True, ())


def test_a_packed_file_that_is_truncated_is_rejected_unless_it_is_a_head() -> None:
    with pytest.raises(InvalidDataset, match="truncated"):
        inspect(gzip.compress(numbered(5_000).encode())[:-20])


def test_a_damaged_head_is_rejected() -> None:
    packed = bytearray(gzip.compress(numbered(5_000).encode()))
    packed[20:400] = bytes(380)

    with pytest.raises(InvalidDataset, match="damaged"):
        inspect(bytes(packed), is_head=True)


# ---------------------------------------------------------------- what a training would be rejected for


def test_an_unknown_target_is_a_problem_and_the_last_column_is_suggested() -> None:
    found = inspect(SHOP, target_column="prize")

    [problem] = found.problems
    assert (problem.parameter, problem.column, problem.reason) == ("target_column", "prize", "no such column")
    assert problem.hint == "did you mean “price”?"
    assert (found.target, found.task, len(found.columns)) == ("sold", "classification", 6)


def test_columns_that_cannot_be_dropped_are_problems() -> None:
    found = inspect(SHOP, columns_to_drop=("color", "sold", "size"))

    assert [(problem.parameter, problem.column) for problem in found.problems] == [
        ("columns_to_drop", "color"),
        ("columns_to_drop", "sold"),
    ]
    assert [column.name for column in found.columns if column.left_out == "dropped as asked"] == ["size"]


def test_a_column_of_groups_is_no_feature_and_its_cells_are_shown() -> None:
    found = inspect(numbered(40), group_column="a")

    [group, *_] = found.columns
    assert (group.name, group.kind, group.samples) == ("a", None, ("0", "1", "2", "3", "4"))
    assert str(group.left_out).startswith("group_column: ")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({"time_column": "wen"}, [("time_column", "wen", "no such column")]),
        ({"group_column": "sold"}, [("group_column", "sold", "it is the target")]),
        ({"time_column": "when", "group_column": "when"}, [("group_column", "when", "it is also the time column")]),
        ({"group_column": "shop"}, [("group_column", "shop", "the rows with a target are one group")]),
        (
            {"time_column": "colour", "group_column": "none"},
            [
                ("group_column", "none", "no such column"),
                ("time_column", "colour", "it has neither dates nor numbers; it is read as categorical"),
            ],
        ),
    ],
)
def test_columns_by_which_rows_cannot_be_split_are_problems(
    options: dict[str, Any], problems: list[tuple[str, str, str]]
) -> None:
    found = inspect(SHOP, **options)

    assert [(problem.parameter, problem.column, problem.reason) for problem in found.problems] == problems
    assert (found.target, found.task) == ("sold", "classification")


def test_a_split_by_time_is_judged_as_a_training_would() -> None:
    rows = [f"2021-03-{1 + row // 9:02},{row % 7},{'ab'[row % 2] if row < 80 else 'c'}" for row in range(90)]

    found = inspect("\n".join(["when,size,y", *rows]), time_column="when")

    assert [warning.code for warning in found.warnings] == ["labels_of_newest_rows"]


def test_a_problem_is_listed_once() -> None:
    found = inspect(SHOP, target_column="prize", columns_to_drop=("color",))

    assert [problem.column for problem in found.problems] == ["prize", "color"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [("uuuu", "only one class"), (["", "", "NA", ""], "empty in every row")],
)
def test_a_target_that_cannot_be_learned_is_a_problem(cells: list[str], reason: str) -> None:
    csv = "x,y\n" + "".join(f"{place % 3},{cell}\n" for place, cell in enumerate(cells))

    found = inspect(csv)

    assert [(problem.column, problem.reason) for problem in found.problems] == [("y", reason)]
    assert (found.target, found.task, found.columns[-1].missing) == ("y", None, None)
    assert found.columns[0].kind == "numeric"


def test_a_target_with_too_many_labels_is_a_problem() -> None:
    csv = "x,y\n" + "".join(f"{place % 3},word{place}\n" for place in range(30))

    found = inspect(csv, replace(LIMITS, classes=20))

    assert [problem.limit for problem in found.problems] == ["classes"]


def test_a_file_without_features_says_why_each_column_is_left_out() -> None:
    found = inspect("same,gone,y\n1,,u\n1,,v\n1,,u\n")

    assert [(column.name, bool(column.left_out)) for column in found.columns] == [
        ("same", True),
        ("gone", True),
        ("y", False),
    ]
    assert {problem.column for problem in found.problems} == {"same", "gone"}


def test_a_file_with_a_single_column_is_described() -> None:
    found = inspect("a/b/c\n1/2/3\n4/5/6\n")

    assert [(column.name, column.samples) for column in found.columns] == [("a/b/c", ("1/2/3", "4/5/6"))]
    assert [problem.hint for problem in found.problems] == ["check the delimiter"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", b"\x89PNG\r\n\x1a\n", gzip.compress(gzip.compress(b"a,b\n1,2\n"))],
    ids=["empty", "no rows", "image", "packed twice"],  # by name: a packed file holds the time at which it was made
)
@pytest.mark.parametrize("is_head", [False, True])
def test_a_file_that_cannot_be_read_is_rejected(content: bytes, is_head: bool) -> None:
    with pytest.raises(InvalidDataset):
        inspect(content, is_head=is_head)
