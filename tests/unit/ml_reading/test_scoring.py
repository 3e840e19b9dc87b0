"""A CSV is scored in parts: its rows are copied, predictions are appended, and unusual cells are counted."""

from io import BytesIO

import pytest

from mini_ml.errors import InvalidDataset, LimitExceeded, ProbabilitiesUnavailable, SchemaMismatch
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.topology import Limits
from tests.unit.ml_reading.models import LIMITS, classifier, predictions, regressor, score

FLOWERS = "length,colour,variety\n1,red,Setosa\n2,red,Setosa\n8,blue,Virginica\n9,blue,Virginica\n"


@pytest.fixture(scope="module")
def flowers() -> FittedModel:
    return classifier(FLOWERS)


def test_predictions_are_appended_to_the_rows(flowers: FittedModel) -> None:
    assert score(flowers, "length,colour\n1,red\n9,blue\n") == (
        b"length,colour,prediction\n1,red,Setosa\n9,blue,Virginica\n"
    )


def test_rows_are_copied_byte_for_byte(flowers: FittedModel) -> None:
    rows = [b'" 1.0","r""ed"', b"01,\xe9", b'"9\r\n","bl\nue"', b" 8 ,blue"]
    csv = b"\xef\xbb\xbflength , colour\r\n" + b"\r\n".join(rows) + b"\r\n"

    output = score(flowers, csv)

    assert output.startswith(b"\xef\xbb\xbflength , colour,prediction\r\n")
    assert all(row + b"," in output for row in rows)
    assert output.count(b"\r\n") == csv.count(b"\r\n")


def test_the_line_end_of_each_row_is_kept(flowers: FittedModel) -> None:
    assert score(flowers, b"length,colour\n1,red\r\n9,blue\r1,red\n9,blue") == (
        b"length,colour,prediction\n1,red,Setosa\r\n9,blue,Virginica\r1,red,Setosa\n9,blue,Virginica\n"
    )


def test_blank_lines_at_the_end_are_not_rows(flowers: FittedModel) -> None:
    assert score(flowers, "length,colour\n1,red\n\n\r\n\n") == b"length,colour,prediction\n1,red,Setosa\n"


def test_the_file_to_score_may_have_another_delimiter_and_order(flowers: FittedModel) -> None:
    assert score(flowers, "colour;length;more\nred;1;x\nblue;9;y\n") == (
        b"colour;length;more;prediction\nred;1;x;Setosa\nblue;9;y;Virginica\n"
    )


def test_a_target_column_in_the_rows_is_ignored(flowers: FittedModel) -> None:
    assert predictions(flowers, "length,colour,variety\n1,red,Virginica\n9,blue,nonsense\n") == ["Setosa", "Virginica"]


def test_a_row_index_without_a_name_is_ignored(flowers: FittedModel) -> None:
    assert predictions(flowers, ",length,colour\n0,1,red\n1,9,blue\n") == ["Setosa", "Virginica"]


def test_predictions_can_be_written_without_the_rows(flowers: FittedModel) -> None:
    options = ScoreOptions(only_predictions=True)

    assert score(flowers, "length,prediction,colour\n1,x,red\n", options) == b"prediction\nSetosa\n"


def test_probabilities_follow_in_the_order_of_labels(flowers: FittedModel) -> None:
    options = ScoreOptions(probabilities=True)

    assert score(flowers, "length,colour\n1,red\n9,blue\n", options) == (
        b"length,colour,prediction,probability_Setosa,probability_Virginica\n"
        b"1,red,Setosa,1.0,0.0\n9,blue,Virginica,0.0,1.0\n"
    )


def test_probabilities_of_a_regression_are_rejected() -> None:
    model = regressor("a,y\n1,1.5\n2,2.5\n3,3.25\n")

    with pytest.raises(ProbabilitiesUnavailable):
        score(model, "a\n1\n", ScoreOptions(probabilities=True))


@pytest.mark.parametrize(
    ("header", "added"),
    [
        ("length,colour,prediction", "prediction_2"),
        ("length,colour,prediction,prediction_2", "prediction_3"),
        ("length,colour,Prediction", "prediction"),
    ],
)
def test_a_prediction_column_whose_name_exists_gets_a_number(flowers: FittedModel, header: str, added: str) -> None:
    rows = ",".join(["1", "red", "x", "y"][: header.count(",") + 1])

    assert score(flowers, f"{header}\n{rows}\n").splitlines()[0].decode() == f"{header},{added}"


def test_missing_coerced_and_unseen_cells_are_counted_by_column(flowers: FittedModel) -> None:
    tally = Tally()

    score(flowers, "length,colour\n,red\nNA,pink\nlong,\n1e999,pink\n5,grey\n", tally=tally)

    assert tally.rows == 5
    assert tally.missing == {"length": 2, "colour": 1}
    assert tally.coerced == {"length": 2}
    assert tally.top_unseen() == {"colour": {"pink": 2, "grey": 1}}
    assert tally.unknown_columns == []


def test_only_the_commonest_unseen_categories_are_named(flowers: FittedModel) -> None:
    tally = Tally()
    rows = "".join(f"1,new{place}\n" for place in range(5000))

    score(flowers, f"length,colour\n1,often\n1,often\n{rows}", tally=tally, chunk_bytes=1000)

    named = tally.top_unseen()["colour"]
    assert len(named) == 10
    assert named["often"] == 2


def test_all_missing_columns_are_rejected_with_the_nearest_name(flowers: FittedModel) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        score(flowers, "Length,color\n1,red\n")

    assert [(issue.column, issue.hint) for issue in caught.value.issues] == [
        ("length", "did you mean “Length”?"),
        ("colour", "did you mean “color”?"),
    ]


def test_one_missing_column_is_reported_in_the_singular(flowers: FittedModel) -> None:
    with pytest.raises(SchemaMismatch, match=r"A column that the model needs is missing\."):
        score(flowers, "length\n1\n")


def test_dropping_a_column_that_the_model_needs_is_rejected(flowers: FittedModel) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        score(flowers, "length,colour\n1,red\n", ScoreOptions(columns_to_drop=("colour",)))

    assert caught.value.issues[0].column == "colour"


def test_target_and_extra_columns_may_be_dropped_and_unknown_names_are_counted(flowers: FittedModel) -> None:
    tally = Tally()
    options = ScoreOptions(columns_to_drop=("variety", "extra", "colr"))

    score(flowers, "length,colour,variety,extra\n1,red,x,y\n", options, tally=tally)

    assert tally.unknown_columns == ["colr"]


def test_an_invalid_row_after_many_valid_rows_is_rejected_with_its_line(flowers: FittedModel) -> None:
    with pytest.raises(InvalidDataset) as caught:
        score(flowers, "length,colour\n" + "1,red\n" * 500 + "1,2,3\n" + "1,red\n" * 500 + "1,2,3\n", chunk_bytes=200)

    assert [issue.line for issue in caught.value.issues] == [502, 1003]


def test_too_many_rows_are_rejected(flowers: FittedModel) -> None:
    with pytest.raises(LimitExceeded):
        score(flowers, "length,colour\n" + "1,red\n" * 11, limits=Limits(rows=10))


def test_progress_is_reported_in_rows_and_bytes(flowers: FittedModel) -> None:
    csv = b"length,colour\n" + b"1,red\n" * 2000
    steps: list[tuple[int, int]] = []

    for _ in score_csv(
        flowers,
        BytesIO(csv),
        limits=LIMITS,
        tally=Tally(),
        on_progress=lambda rows, size: steps.append((rows, size)),
        chunk_bytes=3000,
    ):
        pass

    assert steps[-1] == (2000, len(csv))
    assert steps == sorted(steps)
    assert len(steps) > 2


def test_an_unseen_category_is_scored_like_a_rare_category() -> None:
    rows = "".join(f"{place},common,u\n{place},rare{place},v\n" for place in range(150))
    model = classifier(f"a,kind,y\n{rows}")

    assert predictions(model, "a,kind\n5,common\n5,never seen\n") == ["u", "v"]
