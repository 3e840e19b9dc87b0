"""JSON rows in the formats of MLflow."""

import pytest
from pydantic import JsonValue

from mini_ml.errors import InvalidRequest, SchemaMismatch
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.score import score_rows
from tests.unit.ml_reading.models import classifier, encode, regressor

WORDS = ("many words", "few words", "no word")
MIXED = "amount,colour,flag,day,note,y\n" + "".join(
    f"{amount},{colour},{flag},2024-01-{10 + place},the {'abcdefghijkl'[place]} note of {WORDS[place % 3]},"
    f"{'uv'[place % 2]}\n"
    for place, (amount, colour, flag) in enumerate(
        [("1.5", "red", "true"), ("7", "blue", "false"), ("", "7.0", "false"), ("2.5", "red", "true")] * 3
    )
)


@pytest.mark.parametrize(
    "payload",
    [
        {"dataframe_split": {"columns": ["b", "a"], "data": [[2, 1], [4, 3]]}},
        {"dataframe_split": {"index": [0, 1], "columns": ["b", "a"], "data": [[2, 1], [4, 3]]}},
        {"dataframe_split": {"data": [[1, 2], [3, 4]]}},
        {"dataframe_records": [{"a": 1, "b": 2}, {"b": 4, "a": 3}]},
        {"instances": [{"a": 1, "b": 2}, {"b": 4, "a": 3}]},
        {"instances": [[1, 2], [3, 4]]},
        {"inputs": {"a": [1, 3], "b": [2, 4]}},
        {"inputs": [[1, 2], [3, 4]]},
        {"inputs": [{"a": 1, "b": 2, "extra": "x"}, {"a": 3, "b": 4}], "params": {}},
        {"instances": [["1", " 2 "], ["3.0", "4"]]},
    ],
)
def test_all_formats_of_the_same_rows_give_the_same_predictions(payload: JsonValue) -> None:
    model = regressor("a,b,y\n1,2,1\n3,4,2\n5,7,4.5\n")
    expected = model.predict(model.reader.parse_rows({"a": [1, 3], "b": [2, 4]}, 2)).values

    assert score_rows(model, rows_from_json(payload), tally=Tally()).values == expected


@pytest.mark.parametrize(
    ("payload", "parameters"),
    [
        (None, ["body"]),
        ([[1, 2]], ["body"]),
        ({"rows": []}, ["body"]),
        ({"inputs": [[1]], "instances": [[1]]}, ["body"]),
        ({"instances": []}, ["instances"]),
        ({"instances": 7}, ["instances"]),
        ({"dataframe_split": [1]}, ["dataframe_split"]),
        ({"dataframe_split": {"columns": ["a"]}}, ["dataframe_split.data"]),
        ({"dataframe_split": {"columns": "a", "data": [[1]]}}, ["dataframe_split.columns"]),
        ({"dataframe_records": [[1, 2]]}, ["dataframe_records"]),
        ({"inputs": {"a": [1], "b": [1, 2]}}, ["inputs"]),
        ({"inputs": {}}, ["inputs"]),
        ({"instances": [[1, 2], [1], [1, 2, 3]]}, ["instances[1]", "instances[2]"]),
        ({"instances": [[1, [2]], [1, {"b": 2}], [1, 2]]}, ["instances[0]", "instances[1]"]),
    ],
)
def test_rows_in_an_unknown_format_are_rejected_with_their_parameter(payload: JsonValue, parameters: list[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        rows_from_json(payload)

    assert [issue.parameter for issue in caught.value.issues] == parameters


def test_a_nested_value_is_rejected_with_its_row_and_column() -> None:
    with pytest.raises(InvalidRequest) as caught:
        rows_from_json({"instances": [{"a": 1, "b": 2}, {"a": [1], "b": {}}]})

    assert [(issue.parameter, issue.column) for issue in caught.value.issues] == [
        ("instances[1]", "a"),
        ("instances[1]", "b"),
    ]


def test_a_duplicate_column_is_rejected() -> None:
    with pytest.raises(InvalidRequest) as caught:
        rows_from_json({"dataframe_split": {"columns": ["a", " a"], "data": [[1, 2]]}})

    assert caught.value.issues[0].column == "a"


def test_all_missing_columns_are_named_with_the_nearest_name() -> None:
    model = classifier(MIXED)

    with pytest.raises(SchemaMismatch) as caught:
        score_rows(model, rows_from_json({"instances": [{"Amount": 1, "color": "red", "flag": True}]}), tally=Tally())

    assert [(issue.column, issue.hint) for issue in caught.value.issues] == [
        ("amount", "did you mean “Amount”?"),
        ("colour", "did you mean “color”?"),
        ("day", None),
        ("note", None),
    ]


def test_rows_without_names_need_one_value_per_column_of_the_model() -> None:
    with pytest.raises(InvalidRequest, match="A row has 2 values, but the model has 5 columns"):
        score_rows(classifier(MIXED), rows_from_json({"instances": [[1, 2]]}), tally=Tally())


def json_vector(csv: str, row: dict[str, JsonValue]) -> list[float]:
    model = classifier(csv)
    rows = rows_from_json({"dataframe_records": [row]})
    columns = dict(zip(rows.names or (), rows.columns, strict=True))
    vector: list[float] = model.encoder.transform(model.reader.parse_rows(columns, 1))[0].tolist()
    return vector


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (
            {"amount": 1.5, "colour": 7, "flag": True, "day": "2024-01-01", "note": "a note"},
            "1.5,7,true,2024-01-01,a note",
        ),
        ({"amount": 7, "colour": 7.0, "flag": 0, "day": None, "note": None}, "7,7.0,0,,"),
        ({"amount": "7.0", "colour": "7", "flag": "No", "day": "NA", "note": 7}, "7.0,7,no,NA,7"),
        ({"amount": None, "colour": None, "flag": None, "day": 7, "note": True}, ",,,7,true"),
        ({"amount": True, "colour": True, "flag": 1.0, "day": "x", "note": ""}, "true,True,1,x,"),
        ({"amount": 1e300, "colour": 0.1, "flag": "x", "day": "", "note": "7.50"}, "1e300,0.10,x,,7.5"),
        ({"amount": 10**400, "colour": "007", "flag": "T", "day": "", "note": ""}, "inf,007,t,,"),
        (
            {"amount": "2,5", "colour": "null", "flag": "Sim", "day": "2024-01-01T00:00Z", "note": "NA"},
            '"2,5",,y,2024-01-01,NA',
        ),
        ({"amount": float("nan"), "colour": float("inf"), "flag": "", "day": "", "note": ""}, "nan,inf,,,"),
    ],
)
def test_a_json_value_means_the_same_as_its_cell(row: dict[str, JsonValue], cells: str) -> None:
    csv = f"amount,colour,flag,day,note\n{cells}\n"

    assert json_vector(MIXED, row) == encode(classifier(MIXED), csv)[0].tolist()


def test_a_json_number_is_read_without_a_decimal_comma() -> None:
    model = "amount;code;y\n1,5;7,5;u\n2,5;x;v\n3,5;x;u\n"
    by_csv = encode(classifier(model), "amount;code\n2,5;7,50\n")[0].tolist()

    assert json_vector(model, {"amount": 2.5, "code": 7.5}) == by_csv
    assert json_vector(model, {"amount": "2,5", "code": "7,5"}) == by_csv


ABSENT = [
    ([{"a": 1}, {"a": 1, "b": 2}], [("instances[0]", "b")]),
    ([{"a": 1, "b": 2}, {"b": 2}, {"a": 1}], [("instances[1]", "a"), ("instances[2]", "b")]),
    ([{"a": 1, "b": 2}, {}], [("instances[1]", "a"), ("instances[1]", "b")]),
]


@pytest.mark.parametrize(("rows", "places"), ABSENT)
def test_a_row_without_a_column_that_other_rows_have_is_rejected_with_row_and_column(
    rows: JsonValue, places: list[tuple[str, str]]
) -> None:
    model = regressor("a,b,y\n1,2,1\n3,4,2\n5,7,4.5\n")

    with pytest.raises(SchemaMismatch) as caught:
        score_rows(model, rows_from_json({"instances": rows}), tally=Tally())

    assert [(issue.parameter, issue.column) for issue in caught.value.issues] == places


def test_a_row_without_any_of_the_columns_is_rejected_like_a_file_without_them() -> None:
    model = regressor("a,b,y\n1,2,1\n3,4,2\n5,7,4.5\n")

    with pytest.raises(SchemaMismatch) as caught:
        score_rows(model, rows_from_json({"instances": [{"a": 1}]}), tally=Tally())

    assert [issue.column for issue in caught.value.issues] == ["b"]


def test_a_row_may_lack_columns_that_the_model_does_not_need_and_give_null() -> None:
    model = regressor("a,b,y\n1,2,1\n3,4,2\n5,7,4.5\n")
    rows: JsonValue = [{"a": 1, "b": None, "more": 1}, {"a": 1, "b": None}]

    first, second = score_rows(model, rows_from_json({"dataframe_records": rows}), tally=Tally()).values

    assert first == second


def test_missing_coerced_and_unseen_json_values_are_counted() -> None:
    tally = Tally()
    rows: JsonValue = [{"amount": "x", "colour": "pink", "flag": None, "day": 7, "note": "n"}]

    score_rows(classifier(MIXED), rows_from_json({"instances": rows}), tally=tally)

    assert tally.missing == {"flag": 1}
    assert tally.coerced == {"amount": 1, "day": 1}
    assert tally.top_unseen() == {"colour": {"pink": 1}}
