"""Labels that a spreadsheet would run as formulas stay unchanged in JSON, and get a leading `'` in CSV files."""

import httpx2
import pytest

from tests.functions.services import Services

LABELS = ["=1+1", "'quoted", "-5x"]
ROWS = b"n,label\n" + b"1,'=1+1\n5,''quoted\n9,'-5x\n" * 5
TO_SCORE = b"n\n1\n5\n9\n"


@pytest.fixture
def formulas(services: Services) -> Services:
    """Services with a model of labels that begin like formulas, trained on a file in which they are guarded."""
    file = {"dataset_file": ("labels.csv", ROWS, "text/csv")}
    assert services.api.post("/train", files=file, data={"model_type": "DecisionTreeClassifier"}).status_code == 201
    return services


def predict(services: Services) -> httpx2.Response:
    return services.api.post("/predict", files={"input_file": ("n.csv", TO_SCORE, "text/csv")})


def test_a_training_file_is_read_without_the_apostrophe(formulas: Services) -> None:
    schema = formulas.api.get("/models/default/versions/1/schema").json()

    assert schema["labels"] == sorted(LABELS)


def test_json_responses_have_no_apostrophe(formulas: Services) -> None:
    by_json = formulas.api.post("/models/default/invocations", json={"instances": [{"n": n} for n in (1, 5, 9)]})
    by_csv = formulas.api.post("/models/default/invocations", content=TO_SCORE, headers={"Content-Type": "text/csv"})

    assert by_json.json()["predictions"] == LABELS
    assert by_csv.json()["predictions"] == LABELS
    assert predict(formulas).json()["predictions"] == LABELS


def test_a_result_file_has_apostrophes_and_trains_the_same_labels_again(formulas: Services) -> None:
    predict(formulas)
    [result] = [key for key in formulas.cloud.artifacts.list_keys("predictions/") if key.endswith("n.csv")]
    output = formulas.cloud.artifacts.get(result).body

    again = formulas.api.post(
        "/train",
        files={"dataset_file": ("again.csv", output + output.partition(b"\n")[2] * 4, "text/csv")},
        data={"model_name": "again", "model_type": "DecisionTreeClassifier"},
    )

    assert output == b"n,prediction\n1,'=1+1\n5,''quoted\n9,'-5x\n"
    assert again.status_code == 201
    assert formulas.api.get("/models/again/versions/1/schema").json()["labels"] == sorted(LABELS)
