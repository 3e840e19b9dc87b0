"""No record of a polluted file gets lost, and its prediction does not depend on the other records."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, assume, given, settings

from mini_ml.contracts import FileReport
from mini_ml.errors import MiniMLError
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.score import ScoreOptions
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits
from tests.fuzz.polluted import LongFile, drafts, long_files, to_bytes
from tests.pollution import quoting
from tests.pollution.cases import KINDS, cases
from tests.pollution.draft import Draft
from tests.pollution.kind import Kind
from tests.pollution.readers import read_here
from tests.pollution.scores import f1, record_of
from tests.unit.ml_reading.models import regressor, score
from tests.unit.ml_reading.polluted_rows import CLEAN

MODEL = regressor(CLEAN)
KEPT = ScoreOptions(bad_rows="keep", only_predictions=True)
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
OTHER_HEADERS = ("two header rows", "no header", "one row", "footer")
"""Kinds whose header cannot stand above one record, or whose lines are no records."""
SHOWN_BY_ALL_ROWS = ("row names without a name", "other delimiters")
"""Kinds that one record does not show."""
BLANK_DELIMITERS = ("other delimiters", "delimiter two blanks", "columns aligned with blanks")
"""Kinds of whose files a line of delimiters may look blank."""
BROKEN_QUOTES = ("an extra quote", "a missing closing quote", "a missing opening quote", "quotes inside quotes")


def has_one_line_records(kind: Kind) -> bool:
    """Return whether each line of a file of this kind is a record, or none."""
    return kind not in quoting.KINDS and kind.name not in ("line end in a quoted name", *BLANK_DELIMITERS)


def stands_alone(kind: Kind) -> bool:
    """Return whether a record of a file of this kind can be written to a file of its own."""
    return kind.name not in (*OTHER_HEADERS, *SHOWN_BY_ALL_ROWS)


def predictions(content: bytes, tally: Tally | None = None) -> list[str]:
    """Return the prediction of each record, blank for one that cannot be read."""
    return [line.strip('"') for line in score(MODEL, content, KEPT, tally=tally).decode().splitlines()[1:]]


def could_be_closed_elsewhere(draft: Draft) -> bool:
    """Return whether a quote that its record leaves open could be closed by a quote of another record."""
    counts = [sum(cell.count(draft.dialect.quote) for cell in line.cells) for line in draft.records]
    return any(count % 2 for count in counts) and sum(count > 0 for count in counts) > 1


def round_number(prediction: str) -> str:
    """Return a predicted number with eleven digits; a label, or nothing, as it is."""
    return f"{float(prediction):.11g}" if re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", prediction) else prediction


def lines_of(content: bytes) -> int:
    """Return the number of lines that are not blank."""
    return sum(bool(line.strip(b" ")) for line in re.split(rb"\r\n|\r|\n", content))


def lines_above(file: FileReport, content: bytes) -> int:
    """Return the number of lines of the header, of those that were skipped, and of a `sep=` line.

    Lines above the header that have nothing but delimiters are blank lines of the report.
    """
    above = re.split(rb"\r\n|\r|\n", content)[: (file.header_line or 1) - 1]
    empty = sum(bool(line.strip(b" ")) and not line.strip(b" ,;|\t") for line in above)
    has_separator_line = re.match(rb"(?:\xef\xbb\xbf)?sep=[,;|\t](?:\r\n|\r|\n)", content) is not None
    return file.skipped_lines + empty + (file.header_line is not None) + has_separator_line


@some
@given(drafts(stands_alone))
def test_a_record_of_a_polluted_file_is_predicted_the_same_alone(draft: Draft) -> None:
    assume(not could_be_closed_elsewhere(draft))
    try:
        together = predictions(to_bytes(draft))
    except MiniMLError:
        assume(False)
        raise

    alone = [predictions(to_bytes(replace(draft, records=(line,), below=()))) for line in draft.records]

    # How BLAS rounds the sum of a row may depend on the number of rows.
    assert [round_number(one) for found in alone for one in found] == [round_number(one) for one in together]


@some
@given(drafts(has_one_line_records))
def test_each_line_of_a_scored_file_is_a_row_or_reported_as_none(draft: Draft) -> None:
    plain, tally = to_bytes(replace(draft, packed=False)), Tally()
    try:
        written = predictions(to_bytes(draft), tally)
    except MiniMLError:
        assume(False)
        raise

    assert tally.file is not None
    assert lines_of(plain) == lines_above(tally.file, plain) + len(written)
    assert written.count("") == len(tally.bad_rows) == tally.file.bad_rows


@some
@given(long_files(has_one_line_records, damages=0))
def test_each_line_of_a_training_file_is_a_row_or_reported_as_none(file: LongFile) -> None:
    try:
        table = read_table_from(BytesIO(file.content), Limits())
    except MiniMLError:
        assume(False)
        raise

    assert lines_of(file.content) == lines_above(table.file, file.content) + table.rows + len(table.bad_rows)
    assert len(table.bad_rows) == table.file.bad_rows


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in BROKEN_QUOTES], ids=lambda kind: kind.name)
def test_a_broken_quote_costs_no_other_row(kind: Kind) -> None:
    read = [(case, found) for case in cases(kind) if (found := read_here(case.content)) is not None]

    lost = {
        case.label: f1(map(record_of, case.rows), map(record_of, found.rows))
        for case, found in read
        if f1(map(record_of, case.rows), map(record_of, found.rows)) < 1 - 1 / len(case.rows)
    }

    assert read
    assert lost == {}
