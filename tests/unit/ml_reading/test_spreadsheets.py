"""Text that starts like a formula is written with a leading `'`, and reads back unchanged."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from mini_ml.ml.cells import words
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.score import ScoreOptions, score_rows
from mini_ml.spreadsheets import guard, unguard
from tests.unit.ml_reading.models import classifier, regressor, score
from tests.unit.ml_reading.strategies import SPELLINGS, Spelling, write_csv

SIGNS = "=+-@\t\r'"
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8),
    st.text("=+-@'\t\r\n,;\"1.e x", min_size=1, max_size=6),
)
LABELS = (
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
        st.text("=+-@'\t\r\n,;\"1.e x", min_size=1, max_size=6),
    )
    .map(str.strip)
    .filter(lambda text: not words.is_missing_label(text))
)
"""Labels are trimmed. A file that is full of control characters is taken for binary data."""
some = settings(max_examples=60, deadline=None)


def spelling_of(label: str) -> str:
    """Return what makes labels the same: `1` and `1.0` are one."""
    return words.token(label, ".")


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-x", "-", "@SUM(A1)", "\tx", "\rx", "'x", "''", "=", "-1-1"]
)
def test_a_text_that_starts_like_a_formula_gets_one_apostrophe(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "-1", "+5", "-1.5", "-1,5", "+.5", "-2e-7", "1e5", "x=1", " =1", "Setosa", "007", "a'b", "–1"]
)
def test_numbers_and_other_texts_do_not_change(text: str) -> None:
    assert guard(text) == text


@pytest.mark.parametrize("cell", ["'tis", "'", "'-1", "' =1", "x"])
def test_an_apostrophe_before_other_text_is_part_of_the_text(cell: str) -> None:
    assert unguard(cell) == cell


@given(st.one_of(st.text(), TEXTS))
def test_any_text_reads_back_unchanged(text: str) -> None:
    assert unguard(guard(text)) == text


@given(TEXTS)
def test_only_numbers_are_written_with_a_sign_in_front(text: str) -> None:
    written_as = guard(text)

    assert written_as[0] == "'" or written_as[0] not in SIGNS or float(written_as.replace(",", ".")) is not None


@some
@given(st.lists(LABELS, min_size=2, max_size=5, unique_by=spelling_of), SPELLINGS)
def test_a_model_trained_on_an_output_has_the_same_labels(labels: list[str], spelling: Spelling) -> None:
    rows = [[str(place), guard(label)] for place, label in enumerate(labels)] * 2
    model = classifier(write_csv(["n", "label"], rows, spelling))
    alone = write_csv(["n"], [row[:1] for row in rows], spelling)

    again = classifier(score(model, write_csv(["n", "label"], rows, spelling)), "prediction", dropped=("label",))
    only = score(model, alone, ScoreOptions(only_predictions=True))

    assert [str(label) for label in again.schema.labels or ()] == [str(label) for label in model.schema.labels or ()]
    assert sorted(map(str, model.schema.labels or ())) == sorted(labels)
    assert cells_of(only)[1:] == [[guard(label)] for label in labels] * 2


@some
@given(st.lists(LABELS, min_size=2, max_size=5, unique=True))
def test_a_feature_means_the_same_with_an_apostrophe_and_as_json(texts: list[str]) -> None:
    rows = [[text, str(place % 2)] for place, text in enumerate(["red", "green", *texts])] * 3
    model = classifier(write_csv(["word", "y"], [[guard(text), label] for text, label in rows]))
    body: JsonValue = {"dataframe_split": {"columns": ["word"], "data": [[guard(text)] for text in texts]}}

    by_csv = score(
        model, write_csv(["word", "x"], [[guard(text), ""] for text in texts]), ScoreOptions(only_predictions=True)
    )
    by_json = score_rows(model, rows_from_json(body), tally=Tally())

    assert by_csv.decode().splitlines()[1:] == [str(value) for value in by_json.values]


def test_an_input_cell_that_starts_like_a_formula_does_not_change() -> None:
    model = classifier("a,y\n1,=u\n2,v\n1,=u\n2,v\n")

    output = score(model, "a,word\n1,=HYPERLINK(1)\n", ScoreOptions())

    assert output == b"a,word,prediction\n1,=HYPERLINK(1),'=u\n"


def test_negative_predictions_are_numbers() -> None:
    model = regressor("a,y\n1,-1\n2,-2\n3,-3\n4,-4\n")

    assert b"'" not in score(model, "a\n1\n9\n")


def test_a_missing_word_after_an_apostrophe_still_means_missing() -> None:
    tally = Tally()

    score(classifier("a,word,y\n1,x,u\n2,z,v\n"), "a,word\n'-,'-\n", tally=tally)

    assert tally.missing == {"a": 1}
    assert tally.top_unseen() == {"word": {"-": 1}}


def cells_of(output: bytes) -> list[list[str]]:
    """Read an output as any other program does."""
    text = output.decode()
    delimiter = next((mark for mark in ";\t|" if mark in text.split("\n")[0]), ",")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
