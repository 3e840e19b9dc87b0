"""Predictions are written so that a spreadsheet and a training read them back."""

import json
from io import BytesIO

import pytest

from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.schema.target import read_numbers
from mini_ml.ml.scoring.score import RowPredictions, score_csv
from tests.unit.ml_reading.models import LIMITS, classifier, inferred, predictions, regressor, score, table


def test_labels_that_would_break_the_row_are_quoted() -> None:
    model = classifier('a,y\n1,"x,""y"\n2,"x,""y"\n8,"p\nq"\n9,"p\nq"\n')

    assert score(model, "a\n1\n9\n") == b'a,prediction\n1,"x,""y"\n9,"p\nq"\n'


def test_labels_are_written_as_in_the_dataset_without_blanks_around_them() -> None:
    model = classifier("a,y\n1,007\n2,007\n8, x y\n9,x y \n")

    assert predictions(model, "a\n1\n9\n") == ["007", "x y"]


def test_integer_labels_are_json_numbers_and_others_are_text() -> None:
    assert json.dumps(values(classifier("a,y\n1,7\n2,7\n8,-3\n9,-3\n"), "a\n1\n9\n")) == "[7, -3]"
    assert json.dumps(values(classifier("a,y\n1,7\n2,7\n8,7.5\n9,7.5\n"), "a\n1\n9\n")) == '["7", "7.5"]'


def values(model: FittedModel, csv: str) -> list[object]:
    found: list[object] = []

    def keep(predicted: RowPredictions) -> None:
        found.extend(predicted.values)

    for _ in score_csv(model, BytesIO(csv.encode()), limits=LIMITS, tally=Tally(), on_predictions=keep):
        pass
    return found


def test_written_numbers_read_back_the_same() -> None:
    model = regressor("a,y\n1,1.5\n2,2.5\n3,3.25\n")

    assert [float(cell) for cell in predictions(model, "a\n0.1\n7\n")] == values(model, "a\n0.1\n7\n")


def test_the_decimal_mark_of_a_feature_is_that_of_the_model() -> None:
    model = classifier("a;y\n1,5;u\n2,5;u\n8,5;v\n9,5;v\n")

    assert predictions(model, 'a,b\n"1,5",x\n"9,0",x\n') == ["u", "v"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_predictions_are_written_with_the_decimal_mark_of_the_target(delimiter: str) -> None:
    model = regressor("a;y\n1;1.001,5\n2;1.002,5\n3;1.003,75\n")

    rows = score(model, f"a{delimiter}b\n1{delimiter}x\n").decode().splitlines()

    assert "." not in rows[1]
    assert rows[1].count(",") == 1


def test_predictions_in_a_comma_separated_file_have_a_decimal_point() -> None:
    model = regressor("a;y\n1;1.001,5\n2;1.002,5\n3;1.003,75\n")

    assert predictions(model, "a,b\n1,x\n")[0].count(".") == 1


def test_the_decimal_mark_of_the_features_does_not_change_the_predictions() -> None:
    model = regressor("a;y\n1,5;1.5\n2,5;2.5\n3,75;3.25\n")

    assert "." in predictions(model, "a;b\n1,5;x\n")[0]


def test_training_reads_written_predictions_back() -> None:
    model = regressor("a;y\n1;1.001,5\n2;1.002,5\n3;1.003,75\n4;1.000,25\n")
    csv = "a;b\n1;x\n2;x\n3;x\n7;x\n"

    output = score(model, csv)

    again = read_numbers(table(output), "prediction", inferred(output).target.format)
    assert again.values == set(values(model, csv))
