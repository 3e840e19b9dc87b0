"""What was decided about the data is in the answer of every entry point, with lines and values, and in no log."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from mini_ml import keys
from mini_ml.adapters.logs import JsonFormatter
from tests.functions.services import Services, sample, services_in, train

COLOURS = ("red", "blue", "green")
WEIGHTS = [f"{place % 7},{place % 10}" for place in range(200)]
NOTE = "a remark that is much longer than forty characters"
ROWS = [f"{place + 1};R$ 1.{place:03},50;{WEIGHTS[place]};{COLOURS[place % 3]};{place % 5},5" for place in range(200)]
TABLE = "\n".join(["id;price;weight;colour;score", *ROWS]).replace(WEIGHTS[3], NOTE, 1) + "\n"
"""A row number, amounts with a currency, decimals of which one is a remark (line 5), categories, and the target."""

TO_SCORE = "price;weight;colour\nR$ 1.000,50;2,5;red\nR$ 1.000,50;2.5;pink\nR$ 1.000,50;heavy;\n"


def train_table(client: httpx2.Client, **fields: str) -> httpx2.Response:
    """Train on the table through the form."""
    file = {"dataset_file": ("prices.csv", TABLE.encode(), "text/csv")}
    return client.post("/train", files=file, data={"model_type": "Ridge", "model_name": "prices", **fields})


def predict_table(client: httpx2.Client, body: str = TO_SCORE) -> httpx2.Response:
    """Predict rows through the form."""
    file = {"input_file": ("new.csv", body.encode(), "text/csv")}
    return client.post("/predict", files=file, data={"model_name": "prices"})


def by_code(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the warnings of an answer by their code."""
    return {warning["code"]: warning for warning in answer["warnings"]}


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model of the table; shared, so tests must not change it."""
    with services_in(tmp_path_factory.mktemp("priced")) as services, services.polling():
        assert train_table(services.api).status_code == 201
        yield services


@pytest.fixture(scope="module")
def training(priced: Services) -> dict[str, Any]:
    """The answer of `POST /train` for the table."""
    answer = train_table(priced.api, model_name="again").json()
    assert isinstance(answer, dict)
    return answer


def test_a_training_answers_with_every_column_of_the_file(training: dict[str, Any]) -> None:
    columns = {column["name"]: column for column in training["columns"]}

    assert list(columns) == ["id", "price", "weight", "colour", "score"]
    assert columns["id"]["kind"] is None
    assert "row number" in columns["id"]["left_out"]
    assert (columns["price"]["kind"], columns["price"]["missing"]) == ("numeric", 0)
    assert columns["price"]["format"].endswith(".5")
    assert " → 1" in columns["price"]["format"]
    assert (columns["weight"]["kind"], columns["weight"]["missing"]) == ("numeric", 1)
    assert (columns["colour"]["kind"], columns["colour"]["format"]) == ("categorical", None)
    assert (columns["score"]["kind"], columns["score"]["left_out"]) == (None, None)
    assert columns["score"]["format"].endswith(",5 → " + columns["score"]["format"][0] + ".5")


def test_a_warning_has_its_column_count_and_examples_with_line_and_value(training: dict[str, Any]) -> None:
    [warning] = training["warnings"]

    assert (warning["code"], warning["column"], warning["count"]) == ("unreadable_cells", "weight", 1)
    assert warning["message"] == "1 cell could not be read (numbers are expected) and is treated as missing."
    assert [example["line"] for example in warning["examples"]] == [5]


def test_values_of_cells_are_cut_at_40_characters(training: dict[str, Any]) -> None:
    [example] = training["warnings"][0]["examples"]

    assert example["value"] == NOTE[:39] + "…"


def test_no_value_in_an_answer_is_longer_than_40_characters(idle: Services) -> None:
    zeros, words = "0" * 90, "no measurement was taken on this day, because it rained"
    rows = [
        f"{row}.5;{words if row % 3 == 0 else row};{f'{row}{zeros},5 %'};{'1' if row % 2 else '1.' + zeros}"
        for row in range(90)
    ]
    body = "\n".join(["size;rain;share;kind", *rows, "1;2;3;2", "1;2;3;2"]).encode()
    file = {"dataset_file": ("long.csv", body, "text/csv")}

    answer = idle.trainer.post("/train", files=file, data={"model_type": "GaussianNB"})

    assert answer.status_code == 201
    assert {"missing_words", "labels_merged"} <= by_code(answer.json()).keys()
    assert words[:41] not in answer.text
    assert "0" * 41 not in answer.text


def test_the_job_and_the_manifest_say_the_same_as_the_answer(priced: Services, training: dict[str, Any]) -> None:
    job = priced.api.get(f"/jobs/{training['job_id']}").json()
    manifest = priced.api.get("/models/again/versions/1").json()

    for document in (job, manifest):
        assert document["warnings"] == training["warnings"]
        assert document["columns"] == training["columns"]
        assert document["file"] == training["file"]


def test_a_clean_file_gives_no_warning(trained: Services) -> None:
    [job] = trained.api.get("/jobs?kind=train").json()["jobs"]

    assert job["warnings"] == []
    assert [column["kind"] for column in job["columns"]] == ["numeric"] * 4 + [None]


def test_the_job_of_an_s3_upload_says_what_was_decided(idle: Services) -> None:
    idle.cloud.uploads.put("train/bucket/prices.csv", TABLE.encode(), metadata={"model-type": "Ridge"})

    idle.deliver()

    [job] = idle.api.get("/jobs").json()["jobs"]
    assert by_code(job)["unreadable_cells"]["column"] == "weight"
    assert [column["name"] for column in job["columns"]] == ["id", "price", "weight", "colour", "score"]


def test_predictions_say_what_was_not_read_as_written(priced: Services) -> None:
    found = by_code(predict_table(priced.api).json())

    assert found["other_form"]["examples"] == [{"line": 3, "value": "2.5"}]
    assert found["unreadable_cells"]["examples"] == [{"line": 4, "value": "heavy"}]
    assert found["unseen_categories"]["params"] == {"categories": "“pink”"}
    assert found["new_gaps"]["column"] == "colour"


def test_the_job_and_the_summary_of_a_batch_say_the_same(priced: Services) -> None:
    answer = predict_table(priced.api).json()

    job = priced.api.get(f"/jobs/{answer['job_id']}").json()
    key = keys.prediction("prices", 1, answer["job_id"], "summary.json")
    summary = json.loads(priced.cloud.artifacts.get(key).body)

    assert job["warnings"] == answer["warnings"] == summary["warnings"]
    assert job["file"] == answer["file"] == summary["file"]


def test_rows_that_are_read_as_written_give_no_warning(priced: Services) -> None:
    answer = predict_table(priced.api, "\n".join(TO_SCORE.splitlines()[:2]) + "\n").json()

    assert answer["warnings"] == []


@pytest.mark.parametrize("service", ["api", "predict"])
def test_online_scoring_warns_only_if_there_is_something_to_say(priced: Services, service: str) -> None:
    clean = {"price": "R$ 1.000,50", "weight": 2.5, "colour": "red"}
    client, address = priced.client(service), "/models/prices/invocations"

    silent = client.post(address, json={"instances": [clean]}).json()
    warned = client.post(address, json={"instances": [clean, {**clean, "weight": "heavy"}]}).json()

    assert "warnings" not in silent
    assert by_code(warned)["unreadable_cells"]["examples"] == [{"line": 2, "value": "heavy"}]


def test_online_scoring_of_csv_gives_the_warnings_of_a_batch(priced: Services) -> None:
    headers = {"Content-Type": "text/csv"}

    online = priced.predict.post("/models/prices/invocations", content=TO_SCORE.encode(), headers=headers).json()

    assert [warning["code"] for warning in online["warnings"]] == list(by_code(predict_table(priced.api).json()))


def test_an_answer_has_at_most_50_warnings_and_the_last_counts_the_others(idle: Services) -> None:
    names = ",".join(f"c{place}" for place in range(60))
    rows = [",".join([str((row * 7 + place) % 31) for place in range(60)]) for row in range(99)]
    body = "\n".join(
        [f"{names},y", *(f"{row},{place * 7 % 31 // 16}" for place, row in enumerate(rows)), "odd," * 60 + "1"]
    )
    file = {"dataset_file": ("wide.csv", body.encode(), "text/csv")}

    answer = idle.trainer.post("/train", files=file, data={"model_type": "DecisionTreeClassifier"}).json()

    assert [warning["code"] for warning in answer["warnings"]] == ["unreadable_cells"] * 49 + ["more_warnings"]
    assert (answer["warnings"][-1]["count"], answer["warnings"][-1]["column"]) == (11, None)


def test_no_log_has_a_value_of_a_warning(idle: Services, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    train_table(idle.trainer)
    predict_table(idle.predict)
    idle.predict.post(
        "/models/prices/invocations", json={"instances": [{"price": 1, "weight": "heavy", "colour": "pink"}]}
    )

    lines = [JsonFormatter("api").format(record) for record in caplog.records]
    assert lines
    assert not any(value in line for line in lines for value in (NOTE[:30], "heavy", "pink"))


def test_metadata_says_what_to_do_with_bad_rows(idle: Services) -> None:
    train(idle.trainer)
    idle.cloud.uploads.put("train/bucket/iris.csv", sample("iris.csv"), metadata={"bad-rows": "refuse"})
    idle.cloud.uploads.put("predict/default/iris.csv", sample("iris.csv"), metadata={"bad-rows": "keep"})
    idle.deliver()

    options = {job["kind"]: job["options"]["bad_rows"] for job in idle.api.get("/jobs").json()["jobs"][:2]}
    assert options == {"train": "refuse", "predict": "keep"}


def test_another_value_of_bad_rows_in_the_metadata_fails_the_job(idle: Services) -> None:
    idle.cloud.uploads.put("train/bucket/iris.csv", sample("iris.csv"), metadata={"bad-rows": "keep"})
    idle.deliver()

    [job] = idle.api.get("/jobs").json()["jobs"]
    [error] = job["error"]["errors"]
    assert (job["state"], job["error"]["code"]) == ("failed", "invalid_option")
    assert (error["parameter"], error["hint"]) == ("bad_rows", "use `skip` or `refuse`")


def test_a_missing_model_type_means_auto_at_every_entry_point(idle: Services) -> None:
    prefer, file = {"Prefer": "respond-async"}, {"dataset_file": ("iris.csv", sample("iris.csv"), "text/csv")}
    upload = {"kind": "train", "filename": "iris.csv", "options": {"target_column": "variety"}}

    by_form = idle.api.post("/train", files=file, headers=prefer).json()["job_id"]
    by_invitation = idle.api.post("/uploads", json=upload).json()["job_id"]
    idle.cloud.uploads.put("train/bucket/iris.csv", sample("iris.csv"))
    idle.deliver()

    types = {job["job_id"]: job["options"]["model_type"] for job in idle.api.get("/jobs").json()["jobs"]}
    assert {by_form, by_invitation} <= types.keys()
    assert list(types.values()) == ["auto"] * 3


@pytest.mark.parametrize("model_type", ["LogisticRegression", "GaussianNB", "auto"])
def test_random_state_is_accepted_through_the_form(idle: Services, model_type: str) -> None:
    answer = train(idle.trainer, model_type=model_type, model_params='{"random_state": 42}')

    assert answer.status_code == 201
