"""docs/http-api.md lists every route, with example responses of the right shape."""

import json
import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from mini_ml import contracts, topology
from mini_ml.adapters.http import schemas
from mini_ml.ml.measures.resampling import FEWEST_ROWS, MOST_ROWS
from mini_ml.ml.schema.data_warnings import SENTENCES
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.holdout_predictions import MOST_PROBABILITIES
from tests.docs.pages import ROOT, page

PAGE = page("docs/http-api.md")
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
ROUTES = dict(re.findall(r"^### `([A-Z]+ [^`]+)`\n(.*?)(?=^### |^## |\Z)", PAGE.text, re.MULTILINE | re.DOTALL))
ANSWERS = [
    (route, answer) for route, text in ROUTES.items() for answer in re.findall(r"```json\n(.*?)```", text, re.DOTALL)
]


def shape_of(route: str) -> type[BaseModel]:
    """Return the shape of a route's first successful answer."""
    responses = OPERATIONS[route]["responses"]
    first = next(response for status, response in responses.items() if status.startswith("2"))
    name = first["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    found: type[BaseModel] = getattr(schemas, name, None) or getattr(contracts, name)
    return found


def section_of(heading: str) -> str:
    """Return the text below a heading of the third level."""
    return PAGE.text.partition(f"### {heading}\n")[2].partition("\n### ")[0]


def test_every_route_has_exactly_one_heading() -> None:
    assert sorted(ROUTES) == sorted(OPERATIONS)


def test_every_route_has_a_line_to_paste() -> None:
    lines = list(PAGE.shell_lines())
    missing = [
        route
        for route in ROUTES
        if not any(
            re.search(rf"localhost:8000{_path(route)}['\"? ]|localhost:8000{_path(route)}$", line) for line in lines
        )
    ]

    assert missing == []


def _path(route: str) -> str:
    """Return a pattern for the path of a route, with anything in its places."""
    return re.sub(r"\\\{\w+\\\}", r"[\\w$.-]+", re.escape(route.split()[1]))


def test_every_scope_is_listed_with_its_routes() -> None:
    methods = [(method, path) for operation in OPERATIONS for method, path in [operation.split()]]
    methods += [("GET", "/docs"), ("GET", "/docs/{asset}"), ("GET", "/openapi.json")]
    enough = {(method, path): topology.accepted_scopes(path, method) or {"none: public"} for method, path in methods}

    documented = {row[0].strip("`"): set(row[1].split(", ")) for row in PAGE.rows("Credentials")}

    assert documented == {
        scope: {f"`{method} {path}`" for (method, path), scopes in enough.items() if scope in scopes}
        for scope in [*topology.SCOPES, "none: public"]
    }


@pytest.mark.parametrize(("route", "answer"), ANSWERS, ids=[route for route, _ in ANSWERS])
def test_every_response_has_the_shape_of_its_route(route: str, answer: str) -> None:
    shape_of(route).model_validate_json(answer)


def test_every_code_of_a_warning_is_listed() -> None:
    documented = re.findall(r"^\| `(\w+)` \| [A-Z`]", PAGE.section("Train and predict"), re.MULTILINE)

    assert [code for code in documented if code in SENTENCES] == list(SENTENCES)


def test_the_example_of_a_warning_has_its_shape_and_the_sentence_of_its_code() -> None:
    [example] = [text for text in PAGE.blocks("text") if '"code"' in text]

    warning = contracts.DataWarning.model_validate_json(example)

    assert warning.message == SENTENCES[warning.code].format(count=warning.count, **warning.params)


def test_every_metric_is_described_in_order() -> None:
    described = [row[:2] for row in PAGE.rows("Train and predict") if row[1] in ("classification", "regression")]

    assert described == [
        *([f"`{name}`", "classification"] for name in evaluation.CLASSIFICATION_METRICS),
        *([f"`{name}`", "regression"] for name in evaluation.REGRESSION_METRICS),
    ]


def test_the_limits_of_intervals_and_of_probabilities_are_described() -> None:
    text = PAGE.section("Train and predict")

    assert f"fewer than {FEWEST_ROWS} or more than {MOST_ROWS:,} hold-out rows" in text
    assert f"more than {MOST_PROBABILITIES:,} numbers" in text


@pytest.mark.parametrize(
    ("heading", "shape"),
    [
        ("How the file was read", contracts.FileReport),
        ("How far a training is", contracts.TrainingProgress),
        ("Leaderboard", contracts.Candidate),
    ],
)
def test_every_field_of_a_report_is_described_in_order(heading: str, shape: type[BaseModel]) -> None:
    described = [
        name
        for line in section_of(heading).splitlines()
        if line.startswith("- ")
        for name in re.findall(r"`(\w+)`", line.partition(":")[0])
    ]

    assert list(dict.fromkeys(described)) == list(shape.model_fields)


@pytest.mark.parametrize(
    ("heading", "shape"),
    [("How far a training is", contracts.TrainingProgress), ("Leaderboard", contracts.Candidate)],
)
def test_the_example_of_a_report_has_all_its_fields(heading: str, shape: type[BaseModel]) -> None:
    [example] = re.findall(r"```text\n(.*?)```", section_of(heading), re.DOTALL)

    assert shape.model_validate_json(example).model_fields_set == set(shape.model_fields)


def test_every_stage_of_a_training_is_described() -> None:
    [described] = [line for line in section_of("How far a training is").split("\n- ") if line.startswith("`stage`")]

    assert tuple(re.findall(r"`(\w+)`", described)[1:]) == get_args(contracts.Stage)


def test_every_option_of_a_training_is_described_with_its_default() -> None:
    rows = {row[0].strip("`"): row[1] for row in PAGE.rows("Train and predict") if row[0].startswith("`")}
    defaults = {
        name: "`false`" if value is False else f"`{value}`"
        for name, value in contracts.TrainOptions().model_dump().items()
        if value or value is False
    }

    assert set(contracts.TrainOptions.model_fields) <= set(rows)
    assert {name: rows[name] for name in defaults} == defaults


def test_every_option_of_a_training_is_described_for_uploads() -> None:
    assert [name for name in contracts.TrainOptions.model_fields if f"`{name}`" not in ROUTES["POST /uploads"]] == []


def test_the_values_of_bad_rows_are_described_with_their_defaults() -> None:
    rows = {row[0]: row for row in PAGE.rows("Train and predict") if row[0].startswith("`")}

    assert rows["`bad_rows`"][1] == f"`{contracts.TrainOptions().bad_rows}`"
    assert [value for values in contracts.BAD_ROWS.values() for value in values if f"`{value}`" not in PAGE.text] == []
    assert f"`bad_rows={contracts.PredictOptions().bad_rows}`, the default" in PAGE.text
