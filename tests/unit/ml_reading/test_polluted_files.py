"""What is read from a row of a polluted file depends on that row alone; clean tables are read in every dialect."""

import csv
import io
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mini_ml.ml.records.dialect import BLANKS
from mini_ml.ml.scoring.score import ScoreOptions
from tests.unit.ml_reading.files import cells_of
from tests.unit.ml_reading.models import classifier, predictions, score, table

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEADER = "x,k,text,y\n"
ROWS = "".join(f"{place},{'pqr'[place % 3]},{'st'[place % 2]},{'ab'[place * 7 % 3 % 2]}\n" for place in range(60))
MODEL = classifier(HEADER + ROWS)
TRAILING_MODEL = classifier("x,k,text,y,\n" + ROWS.replace("\n", ",\n"))
OPTIONS = ScoreOptions(bad_rows="keep", only_predictions=True)

CELL = st.sampled_from(
    [
        "",
        "1",
        "1,5",
        "12.5",
        "p",
        " p",
        '"p"',
        '"p, q"',
        '"p""q"',
        'p"q',
        "'p'",
        "'p, q'",
        "\\",
        '"p\\"q"',
        "p;q",
        "é",
        " ",
    ]
)
ROW = st.lists(CELL, min_size=1, max_size=6).map(",".join)
ODD = st.sampled_from(
    [
        "1;p;s;a",
        "1\tp\ts\ta",
        '1,"p,s,a',
        '"1,p,s,a',
        "1,p,s, t,a",
        '1,"p "q", r",s,a',
        "1,\0,s,a",
        '1,"p\nq",s,a',
        ",,,",
    ]
)
RECORD = st.one_of(ROW, ROW, ODD).filter(lambda row: bool(row.strip()))
RECORDS = st.lists(RECORD, min_size=1, max_size=10)


def is_closed(record: str) -> bool:
    """Return whether no quote of a record reaches into the next one."""
    return record.count('"') % 2 == 0


def predicted(rows: Sequence[str], chunk_bytes: int = 1 << 20) -> list[str]:
    """Return a prediction for each row, empty for a bad one."""
    output = score(MODEL, HEADER + "".join(f"{row}\n" for row in rows), OPTIONS, chunk_bytes=chunk_bytes)
    return [line.strip('"') for line in output.decode().splitlines()[1:]]


@quick
@given(st.lists(RECORD.filter(is_closed), min_size=1, max_size=10), st.data())
def test_the_prediction_of_a_polluted_row_depends_on_that_row_alone(rows: list[str], data: st.DataObject) -> None:
    together = predicted(rows)
    order = data.draw(st.permutations(range(len(rows))))

    assert [predicted([row]) for row in rows] == [[one] for one in together]
    assert predicted([rows[place] for place in order]) == [together[place] for place in order]


@quick
@given(RECORDS, st.integers(1, 60))
def test_the_chunk_size_changes_no_prediction_of_a_polluted_file(rows: list[str], chunk_bytes: int) -> None:
    assert predicted(rows, chunk_bytes) == predicted(rows)


@quick
@given(RECORDS, st.integers(1, 60), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_the_chunk_size_changes_no_byte_of_an_output(rows: list[str], chunk_bytes: int, end: str, ended: bool) -> None:
    text = (HEADER + "\n".join(rows) + "\n" * ended).replace("\n", end)
    keep = ScoreOptions(bad_rows="keep", probabilities=True)

    assert score(MODEL, text, keep, chunk_bytes=chunk_bytes) == score(MODEL, text, keep)


@quick
@given(RECORDS, st.integers(1, 60))
def test_the_chunk_size_changes_no_byte_with_trailing_delimiters(rows: list[str], chunk_bytes: int) -> None:
    text = "x,k,text,y,\n" + "".join(f"{row},\n" for row in rows)
    keep = ScoreOptions(bad_rows="keep")

    assert score(TRAILING_MODEL, text, keep, chunk_bytes=chunk_bytes) == score(TRAILING_MODEL, text, keep)


@quick
@given(RECORDS.map(lambda rows: [row for row in rows if is_closed(row)]))
def test_clean_rows_are_predicted_as_in_a_clean_file(polluted: list[str]) -> None:
    clean = ROWS.splitlines()[:10]

    found = predicted([*clean[:5], *polluted, *clean[5:]])

    assert found[:5] + found[-5:] == predictions(MODEL, HEADER + "\n".join(clean) + "\n")


# ---------------------------------------------------------------- clean tables

TEXTS = st.text(st.sampled_from("abçÑ .-_/,;'\"\\\n|\t#"), max_size=8)
NAMES = ("number", "name", "text", "label")
DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
ENDS = st.sampled_from(["\n", "\r\n"])


def write_quoted(rows: Sequence[Sequence[str]], delimiter: str, quote: str, escape: str, end: str) -> str:
    """Write rows with all cells quoted."""

    def cell(text: str) -> str:
        if escape == "backslash":
            return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote
        return quote + text.replace(quote, quote * 2) + quote

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


@st.composite
def clean_rows(draw: st.DrawFn) -> list[list[str]]:
    """Draw rows of a number, a word, any text and a label."""
    texts = draw(st.lists(TEXTS, min_size=12, max_size=20))
    return [[str(place), f"name {place}", text, "ab"[place % 2]] for place, text in enumerate(texts)]


@quick
@given(clean_rows(), DELIMITERS, ENDS, st.booleans())
def test_a_table_that_python_writes_is_read_back(rows: list[list[str]], delimiter: str, end: str, marked: bool) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([NAMES, *rows])

    read = table("\ufeff" * marked + text.getvalue())

    assert read.names == NAMES
    assert cells_of(read) == rows
    assert (read.file.delimiter, read.file.mended_rows, read.file.bad_rows) == (delimiter, 0, 0)


@quick
@given(clean_rows(), DELIMITERS, ENDS, st.sampled_from(["doubled", "backslash"]))
def test_a_table_with_all_cells_quoted_is_read_back(
    rows: list[list[str]], delimiter: str, end: str, escape: str
) -> None:
    marked = [[*row[:2], f'a"b{delimiter}{row[2]}', row[3]] for row in rows]

    read = table(write_quoted([NAMES, *marked], delimiter, '"', escape, end))

    assert read.names == NAMES
    assert cells_of(read) == marked
    assert read.file.escape == escape


@quick
@given(clean_rows(), DELIMITERS, ENDS)
def test_a_table_quoted_with_apostrophes_is_read_back(rows: list[list[str]], delimiter: str, end: str) -> None:
    few = [[*row[:2], row[2].replace('"', ""), row[3]] for row in rows[1:]]
    marked = [["0", "name 0", f'{delimiter}"', "a"], *few]

    read = table(write_quoted([NAMES, *marked], delimiter, "'", "doubled", end))

    assert read.names == NAMES
    assert cells_of(read) == marked
    assert read.file.quote == "'"


@quick
@given(clean_rows(), st.integers(0, 4), ENDS)
def test_a_table_with_aligned_columns_is_read_back(rows: list[list[str]], blanks: int, end: str) -> None:
    plain = [[row[0], row[1], f"t{place % 3}", row[3]] for place, row in enumerate(rows)]
    lines = ["  ".join(cell.ljust(9 + blanks) for cell in row[:-1]) + "  " + row[-1] for row in [NAMES, *plain]]

    read = table(end.join(lines) + end)

    assert read.names == NAMES
    assert cells_of(read) == plain
    assert read.file.delimiter == BLANKS
