"""Each decision about a file is a warning with a count, examples and a message; a clean file has none."""

from dataclasses import dataclass, field

import pytest

from mini_ml.contracts import DataWarning
from tests.unit.ml_reading.files import KEEP, scoring_warnings
from tests.unit.ml_reading.models import classifier, inferred

HEADER = "x,k,y\n"
GOOD = "".join(f"{place},{'pqr'[place % 3]},{'ab'[place % 2]}\n" for place in range(200))
NUMBERS = "".join(f"{place},{place * place % 7},{place % 2}\n" for place in range(20))
MODEL = classifier(HEADER + GOOD)


@dataclass(frozen=True)
class Case:
    """A file and the warning that it must have."""

    csv: str
    code: str
    message: str
    count: int | None = None
    examples: list[tuple[int | None, str]] = field(default_factory=list)


QUOTED = HEADER + "".join(f"{place},'{'pqr'[place % 3]}','{'ab'[place % 2]}'\n" for place in range(20))
ESCAPED = HEADER + "".join(f'{place},"say \\"{"pqr"[place % 3]}, p\\"",{"ab"[place % 2]}\n' for place in range(20))
LONG = "a title of more than forty characters, in which a table is described"

EITHER = [
    Case(
        f"A title\n\n{LONG}\n" + HEADER + GOOD,
        "skipped_lines",
        "2 lines above the header, such as titles or comments, were skipped.",
        2,
        [(1, "A title"), (3, LONG[:39] + "…")],
    ),
    Case(
        "A title,,\n" + HEADER + GOOD,
        "skipped_lines",
        "1 line above the header, such as a title or a comment, was skipped.",
        1,
        [(1, "A title,,")],
    ),
    Case("\n" + HEADER + GOOD + "\n\n1,p,a\n", "blank_lines", "3 blank lines were skipped.", 3),
    Case(HEADER + "\n" + GOOD, "blank_lines", "1 blank line was skipped.", 1),
    Case(
        HEADER + GOOD + "7,p\n8\n",
        "padded_rows",
        "2 rows have fewer cells than there are columns; the cells that they lack are empty.",
        2,
        [(202, "7,p"), (203, "8")],
    ),
    Case(
        HEADER + "7,p\n" + GOOD,
        "padded_rows",
        "1 row has fewer cells than there are columns; the cells that it lacks are empty.",
        1,
        [(2, "7,p")],
    ),
    Case(
        HEADER + GOOD + "7,p,a,\n8,q,b,,,\n",
        "trimmed_rows",
        "2 rows have extra cells at their end, which were dropped.",
        2,
        [(202, "7,p,a,"), (203, "8,q,b,,,")],
    ),
    Case(
        HEADER + GOOD + "7;p;a\n",
        "mended_rows",
        "1 row has irregular quotes or another delimiter; it was read in the only way that gives a row.",
        1,
        [(202, "7;p;a")],
    ),
    Case(
        HEADER + GOOD + '7,"p,a\n8,q, or r,b\n',
        "mended_rows",
        "2 rows have irregular quotes or another delimiter; they were read in the only way that gives a row.",
        2,
        [(202, '7,"p,a'), (203, "8,q, or r,b")],
    ),
]
TRAINING = [
    *EITHER,
    Case(
        HEADER + GOOD + "7,p,a,z\n",
        "bad_rows_skipped",
        "1 row cannot be read and was left out.",
        1,
        [(202, "4 cells, but the header has 3")],
    ),
    Case(
        HEADER + '7,"p\n' + GOOD + "1,\0,a\n",
        "bad_rows_skipped",
        "2 rows cannot be read and were left out.",
        2,
        [(2, "a quote is not closed"), (203, "it contains a NUL byte")],
    ),
    Case(
        NUMBERS,
        "no_header",
        "The file has no header: its first line looks like data. Its columns are called “column_1”, "
        "“column_2”, “column_3”.",
    ),
    Case(
        "x,,k,y\n" + NUMBERS.replace(",", ",5,", 1),
        "unnamed_columns",
        "1 column has no name and is called “column_2”.",
        1,
    ),
    Case(
        "k,x,x,y,k\n" + "1,2,3,a,4\n2,3,5,b,6\n" * 5,
        "doubled_names",
        "Several columns have the same name (“k”, “x”); the second one of a name x is called x_2.",
        2,
    ),
    Case(
        "x,k,y\n" + "".join(f"car,{row}\n" for row in GOOD.splitlines()),
        "row_names",
        "The names lack one for the first column; it names the rows and was left out.",
    ),
    Case("x,k,y\ncm,m,kg\n" + NUMBERS, "second_names", "A second header line was skipped: “cm”, “m”, “kg”."),
    Case(QUOTED, "unusual_dialect", "The file was read as its first lines suggest: cells are quoted with '."),
    Case(
        ESCAPED,
        "unusual_dialect",
        "The file was read as its first lines suggest: a backslash stands in front of quotes inside quoted cells.",
    ),
    Case(
        "x  k  y\n" + GOOD.replace(",", "  "),
        "unusual_dialect",
        "The file was read as its first lines suggest: cells are separated by two blanks or more.",
    ),
    Case(
        "x k y\n" + NUMBERS.replace(",", " "),
        "unusual_dialect",
        "The file was read as its first lines suggest: cells are separated by a blank or more.",
    ),
    Case(
        "x, k, y\n" + "".join(f"{place},5, {place * 2},25, {'ab'[place % 2]}\n" for place in range(12)),
        "unusual_dialect",
        "The file was read as its first lines suggest: cells are separated by a comma and a blank.",
    ),
]
SCORED = [
    *EITHER,
    Case(
        HEADER + GOOD + "7,p,a,z\n",
        "bad_rows_kept",
        "1 row cannot be read and has no prediction; `rejects.csv` lists it.",
        1,
        [(202, "4 cells, but the header has 3")],
    ),
    Case(
        HEADER + "7,p,a,z\n" * 4,
        "bad_rows_kept",
        "4 rows cannot be read and have no prediction; `rejects.csv` lists them.",
        4,
        [(line, "4 cells, but the header has 3") for line in (2, 3, 4)],
    ),
]


def facts_of(warnings: list[DataWarning], code: str) -> tuple[str, int | None, list[tuple[int | None, str]]]:
    """Return message, count and examples of the only warning of a code, which is about no column."""
    (found,) = (warning for warning in warnings if warning.code == code)
    assert found.column is None
    return found.message, found.count, [(one.line, one.value) for one in found.examples]


@pytest.mark.parametrize("case", TRAINING, ids=lambda case: f"{case.code}-{case.count}")
def test_a_decision_about_a_training_file_is_warned_of(case: Case) -> None:
    warnings = list(inferred(case.csv).warnings)

    assert facts_of(warnings, case.code) == (case.message, case.count, case.examples)


@pytest.mark.parametrize("case", SCORED, ids=lambda case: f"{case.code}-{case.count}")
def test_a_decision_about_a_scored_file_is_warned_of(case: Case) -> None:
    warnings = scoring_warnings(MODEL, case.csv, KEEP)

    assert facts_of(warnings, case.code) == (case.message, case.count, case.examples)


@pytest.mark.parametrize(
    "csv",
    [
        HEADER + GOOD,
        "\ufeff" + (HEADER + GOOD).replace("\n", "\r\n"),
        (HEADER + GOOD).replace(",", ";"),
        (HEADER + GOOD).replace(",", "\t"),
        "sep=|\n" + (HEADER + GOOD).replace(",", "|"),
        (HEADER + GOOD).replace("\n", ",\n"),
        HEADER + GOOD + "\n\n",
        HEADER + GOOD + '7,"p ""q"", r\ns",a\n',
    ],
)
def test_a_clean_file_has_no_warning_about_the_file(csv: str) -> None:
    assert [warning.code for warning in inferred(csv).warnings if warning.column is None] == []
    assert [warning.code for warning in scoring_warnings(MODEL, csv) if warning.column is None] == []


def test_several_decisions_about_a_file_are_all_warned_of() -> None:
    csv = "A title\n\nx,,x,y\n" + "1,2,p,a\n2,3,q,b\n" * 200 + "1;2;p;a\n1,2\n1,2,p,a,\n1,2,p,a,z\n"

    assert {warning.code for warning in inferred(csv).warnings if warning.column is None} >= {
        "skipped_lines",
        "blank_lines",
        "unnamed_columns",
        "doubled_names",
        "padded_rows",
        "trimmed_rows",
        "mended_rows",
        "bad_rows_skipped",
    }
