"""Invalid files are rejected with names and lines, and with all their issues together."""

import gzip
import io
import zipfile
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded, Unprocessable
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits
from tests.unit.ml_reading.models import classifier, score, table

GOOD = "a,b,y\n1,2,u\n3,4,v\n5,6,u\n"
GOOD_MODEL = classifier(GOOD)


def rejection_of(csv: str | bytes, limits: Limits = Limits()) -> InvalidDataset:  # noqa: B008 - Limits is frozen
    with pytest.raises(InvalidDataset) as caught:
        table(csv, limits)
    return caught.value


def issues(csv: str | bytes) -> tuple[Issue, ...]:
    return rejection_of(csv).issues


def xlsx() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    return archive.getvalue()


@pytest.mark.parametrize("csv", [b"", b"\n\n", b"   ", b"\xef\xbb\xbf", b"\r\n"])
def test_an_empty_file_is_rejected(csv: bytes) -> None:
    assert "empty" in rejection_of(csv).detail


@pytest.mark.parametrize("csv", ["a,b,y\n", "a,b,y", "a,b,y\r\n\r\n\n"])
def test_a_header_without_rows_is_rejected(csv: str) -> None:
    error = rejection_of(csv)

    assert error.detail == "The file has a header and no rows."
    assert error.issues[0].line == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(gzip.compress(GOOD.encode(), mtime=0), mtime=0), "a gzip archive"),
        (xlsx(), "an Excel workbook (xlsx)"),
        (b"PK\x03\x04" + bytes(40), "a zip archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(64)), "a PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"PAR1\x15\x04\x15", "a Parquet file"),
        (b'{"instances": [[1, 2]]}', "JSON"),
        (b'[{"a": 1}, {"a": 2}]', "JSON"),
        (b"[[1, 2], [3, 4]]", "JSON"),
        (b"<!DOCTYPE html><html></html>", "XML or HTML"),
        (GOOD.encode("utf-16"), "UTF-16 text"),
        (GOOD.encode("utf-16-le"), "UTF-16 text"),
        (GOOD.encode("utf-16-be"), "UTF-16 text"),
        (GOOD.encode("utf-32"), "UTF-32 text"),
        (b"SQLite format 3\x00" + bytes(50), "an SQLite database"),
        (bytes(range(256)) * 4, "binary data"),
    ],
    ids=count(),  # by number: the archives hold the time at which they were made
)
def test_a_file_of_another_format_is_rejected_with_its_format(content: bytes, kind: str) -> None:
    error = rejection_of(content)

    assert error.detail == f"The file is not a CSV: it looks like {kind}."
    assert error.issues[0].hint


@pytest.mark.parametrize("csv", ["[kg],<b>,y\n1,2,u\n", "{a},b,y\n1,2,u\n", "<id>,b,y\n1,2,u\n", "PK,b,y\n1,2,u\n"])
def test_a_header_may_start_with_unusual_names(csv: str) -> None:
    assert len(table(csv).names) == 3


def test_megabytes_of_blank_lines_at_the_end_are_no_rows() -> None:
    assert table("a,y\n1,u\n" + "\n" * (10 << 20)).rows == 1


def test_a_file_of_blank_lines_is_rejected() -> None:
    assert rejection_of("\n \n\n").detail == "The file is empty."


def test_rows_that_are_too_long_are_listed_by_line() -> None:
    found = issues("a,b,y\n1,2,u\n1,2,3,4,5\n5,6,u\n1,2,3,4\n")

    assert [(issue.line, issue.reason) for issue in found] == [
        (3, "5 cells, but the header has 3"),
        (5, "4 cells, but the header has 3"),
    ]


def test_line_numbers_include_quoted_line_ends() -> None:
    found = issues('a,"b\nc",y\n"1\r\n1",2,u\n3,v,4,5\n')

    assert [issue.line for issue in found] == [5]


def test_line_numbers_are_right_after_escaped_quotes() -> None:
    found = issues('a,b,y\n"1 ""x""\n1",2,u\n3,v,4,5\n')

    assert [issue.line for issue in found] == [4]


def test_rows_that_are_too_long_and_nul_bytes_are_reported_together() -> None:
    rows = "1,2,u\n" * 300_000

    with pytest.raises(InvalidDataset) as raised:
        read_table_from(
            io.BytesIO(f"a,b,y\n1,2,3,4\n{rows}1,\0,u\n{rows}9,9,9,9\n".encode()), Limits(), bad_rows="refuse"
        )

    assert [issue.line for issue in raised.value.issues] == [2, 300_003, 600_004]
    assert raised.value.issues[1].reason == "it contains a NUL byte"


def test_only_the_first_twenty_issues_are_listed() -> None:
    found = issues("a,b,y\n1,2,3\n1,2,4\n" + "1,2,3,4\n1,2,3\n" * 50)

    assert len(found) == 21
    assert found[-1].reason == "30 more issues are not listed"


def test_a_quote_without_its_counterpart_is_rejected_with_its_line() -> None:
    error = rejection_of('a,b,y\n1,2,u\n3,"4,5,v\n5,6,u\n')

    assert error.detail.startswith("1 of 3 rows cannot be read; at most 1% of them are left out.")
    assert (error.issues[0].line, error.issues[0].reason) == (3, "a quote is not closed")


def test_an_unclosed_quote_in_the_header_is_rejected() -> None:
    assert issues('a,"b,y\n1,2,u\n')[0].line == 1


def test_too_many_columns_are_rejected_with_their_number() -> None:
    error = rejection_of("a,b,c\n1,2,3\n", Limits(columns=2))

    assert isinstance(error, LimitExceeded)
    assert error.detail == "The file has 3 columns; the limit is 2."


def test_too_many_rows_are_rejected_with_their_number() -> None:
    error = rejection_of(GOOD, Limits(rows=2))

    assert isinstance(error, LimitExceeded)
    assert error.detail == "The file has more than 2 rows."


def test_too_long_cells_are_rejected_with_column_and_line() -> None:
    error = rejection_of("a,b,y\n1,çççç,u\n123456,2,v\n", Limits(cell_chars=4))

    assert isinstance(error, LimitExceeded)
    assert [(issue.column, issue.line, issue.reason) for issue in error.issues] == [
        ("a", 3, "6 characters in a cell; at most 4 are allowed"),
    ]


def test_a_quoted_cell_above_the_limit_of_the_csv_module_is_rejected() -> None:
    error = rejection_of('a,b,y\n1,"' + 'x""' * 150_000 + '",u\n')

    assert isinstance(error, LimitExceeded)
    assert error.issues[0].line == 2


def test_no_cell_of_the_file_is_repeated_in_an_error() -> None:
    error = rejection_of("a,b,y\n1,2,3\nsecret,1,2,3\n")

    assert "secret" not in error.detail + str(error.issues)


def test_a_long_name_is_shortened_in_an_error() -> None:
    name = "n" * 500

    assert issues(f"{name},y\n{'1' * 40_000},3\n")[0].column == "n" * 59 + "…"


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\x1f\x8b\x08\x00\x00", b"a,b\n1,2\n1,2,3\n", b"a,b\n1,\0\n"])
def test_scoring_rejects_the_same_files_as_training(content: bytes) -> None:
    with pytest.raises(InvalidDataset) as caught:
        score(GOOD_MODEL, content)

    assert caught.value.issues


def issues_of(work: Callable[[], object]) -> tuple[Issue, ...] | None:
    """Return the issues of a rejection, or None if the work succeeded; any other error fails the test."""
    try:
        work()
    except Unprocessable as error:
        return error.issues
    return None


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)))
def test_any_bytes_are_a_table_or_rejected_with_a_reason(content: bytes) -> None:
    assert issues_of(lambda: table(content)) != ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120), st.integers(1, 50))
def test_any_rows_are_scored_or_rejected_with_a_reason(rows: bytes, chunk_bytes: int) -> None:
    assert issues_of(lambda: score(GOOD_MODEL, b"a,b\n" + rows, chunk_bytes=chunk_bytes)) != ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_rows_are_trained_on_or_rejected_with_a_reason(rows: bytes) -> None:
    assert issues_of(lambda: classifier(b"a,b,y\n1,2,u\n3,4,v\n" + rows)) != ()
