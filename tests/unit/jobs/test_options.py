"""The options of a job are the same, whether they come from a form, from JSON or from object metadata."""

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mini_ml.column_names import clean_name
from mini_ml.contracts import Kind, PredictOptions, TrainOptions
from mini_ml.errors import InvalidName, InvalidOption, InvalidRequest, MiniMLError, UnknownModelType
from mini_ml.jobs.options import parse_predict_options, parse_train_options, read_metadata

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(clean_name).filter(bool)


@given(target=names, dropped=st.lists(names, max_size=4), trees=st.integers(1, 9))
def test_text_json_and_metadata_give_the_same_options(target: str, dropped: list[str], trees: int) -> None:
    dropped = [name for name in dropped if name != target]
    typed = {
        "target_column": target,
        "model_type": "RandomForestClassifier",
        "model_params": {"n_estimators": trees},
        "columns_to_drop": dropped,
    }
    text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in typed.items()}
    metadata = {name.replace("_", "-"): quote(value) for name, value in text.items()}

    options = parse_train_options(typed)

    assert options == parse_train_options(text) == parse_train_options(read_metadata(metadata, "train"))
    assert options.columns_to_drop == tuple(dict.fromkeys(dropped))


@pytest.mark.parametrize("given", [{}, {"target_column": "", "model_params": "", "columns_to_drop": ""}])
def test_empty_text_is_an_option_that_was_not_given(given: dict[str, object]) -> None:
    assert parse_train_options(given) == TrainOptions()


@pytest.mark.parametrize(
    ("output", "only_predictions", "probabilities"),
    [("", False, False), ("rows", False, False), ("predictions", True, False), ("rows, probabilities", False, True)],
)
def test_the_output_of_a_prediction_is_a_list_of_parts(
    output: str, only_predictions: bool, probabilities: bool
) -> None:
    options = parse_predict_options({"version": "champion", "output": output})

    assert options == PredictOptions(version="champion", only_predictions=only_predictions, probabilities=probabilities)


@pytest.mark.parametrize(
    ("given", "error", "parameters"),
    [
        ({"model_params": "{"}, InvalidRequest, {"model_params"}),
        ({"model_params": "[1]"}, InvalidRequest, {"model_params"}),
        ({"model_params": '{"a": NaN}'}, InvalidRequest, {"model_params"}),
        ({"model_params": '{"a": 1, "a": 2}'}, InvalidRequest, {"model_params"}),
        ({"columns_to_drop": "[1]"}, InvalidRequest, {"columns_to_drop"}),
        ({"columns_to_drop": '["a'}, InvalidRequest, {"columns_to_drop"}),
        ({"columns_to_drop": "a\nb"}, InvalidRequest, {"columns_to_drop"}),
        ({"columns_to_drop": "[", "model_type": "Nothing"}, InvalidRequest, {"columns_to_drop", "model_type"}),
        ({"model_type": "Nothing"}, UnknownModelType, {"model_type"}),
        ({"model_params": {"trees": 1}}, InvalidOption, {"model_params.trees"}),
        ({"target_column": "y", "columns_to_drop": "x,y"}, InvalidOption, {"columns_to_drop"}),
    ],
)
def test_an_error_names_every_wrong_option_of_a_training(
    given: dict[str, object], error: type[MiniMLError], parameters: set[str]
) -> None:
    with pytest.raises(error) as raised:
        parse_train_options(given)

    assert {issue.parameter for issue in raised.value.issues} == parameters


@pytest.mark.parametrize(
    ("given", "error", "parameters"),
    [
        ({"version": "0"}, InvalidName, {"version"}),
        ({"output": "everything"}, InvalidOption, {"output"}),
        ({"output": "everything", "version": "-1"}, InvalidOption, {"output", "version"}),
    ],
)
def test_an_error_names_every_wrong_option_of_a_prediction(
    given: dict[str, object], error: type[MiniMLError], parameters: set[str]
) -> None:
    with pytest.raises(error) as raised:
        parse_predict_options(given)

    assert {issue.parameter for issue in raised.value.issues} == parameters


def test_a_hint_says_how_to_write_the_option() -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_train_options({"columns_to_drop": "[id]"})

    [issue] = raised.value.issues
    assert issue.reason.startswith("it is not valid JSON")
    assert issue.hint == 'write ["id","name"] or id,name'


@pytest.mark.parametrize(("given", "found"), [("", "skip"), ("  ", "skip"), ("skip", "skip"), (" refuse\n", "refuse")])
def test_a_training_skips_or_refuses_bad_rows(given: str, found: str) -> None:
    assert parse_train_options({"bad_rows": given}).bad_rows == found


@pytest.mark.parametrize(
    ("given", "found"), [("", "refuse"), ("  ", "refuse"), ("keep", "keep"), (" refuse ", "refuse")]
)
def test_a_prediction_refuses_or_keeps_bad_rows(given: str, found: str) -> None:
    assert parse_predict_options({"bad_rows": given}).bad_rows == found


@pytest.mark.parametrize(
    ("parse", "given", "reason", "hint"),
    [
        (parse_train_options, "drop", "`drop` is unknown", "use `skip` or `refuse`"),
        (parse_train_options, "Skip", "`Skip` is unknown", "did you mean `skip`? use `skip` or `refuse`"),
        (parse_train_options, "keep", "`keep` does not apply to kind `train`", "use `skip` or `refuse`"),
        (parse_predict_options, "skip", "`skip` does not apply to kind `predict`", "use `refuse` or `keep`"),
        (parse_predict_options, "refused", "`refused` is unknown", "did you mean `refuse`? use `refuse` or `keep`"),
        (parse_predict_options, 3, "`3` is unknown", "use `refuse` or `keep`"),
        (parse_predict_options, ["keep"], "`['keep']` is unknown", "use `refuse` or `keep`"),
    ],
)
def test_another_value_of_bad_rows_is_rejected_with_the_values_that_exist(
    parse: Callable[[dict[str, object]], object], given: object, reason: str, hint: str
) -> None:
    with pytest.raises(InvalidOption) as raised:
        parse({"bad_rows": given})

    [issue] = raised.value.issues
    assert (issue.parameter, issue.reason) == ("bad_rows", reason)
    assert issue.hint == hint or (issue.hint or "").endswith(hint)


@given(st.text(max_size=200))
def test_no_text_of_bad_rows_is_answered_in_the_words_of_python(text: str) -> None:
    assume(text.strip() not in ("", "skip", "refuse"))

    with pytest.raises(InvalidOption) as raised:
        parse_train_options({"bad_rows": text})

    [issue] = raised.value.issues
    assert issue.reason.startswith("`")
    assert (issue.hint or "").endswith("use `skip` or `refuse`")


@pytest.mark.parametrize(("kind", "value"), [("train", "refuse"), ("predict", "keep")])
def test_bad_rows_is_read_from_object_metadata(kind: Kind, value: str) -> None:
    assert read_metadata({"bad-rows": value}, kind) == {"bad_rows": value}


def test_a_misspelt_key_of_bad_rows_is_rejected() -> None:
    with pytest.raises(InvalidOption) as raised:
        read_metadata({"bad-row": "keep"}, "predict")

    assert [issue.hint for issue in raised.value.issues] == ["did you mean `bad-rows`?"]


def test_blanks_around_an_option_are_no_part_of_it() -> None:
    assert parse_train_options({"model_type": " Ridge "}).model_type == "Ridge"
    assert parse_predict_options({"version": " 3 "}).version == "3"
