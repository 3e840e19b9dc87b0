"""The options of a job are the same, whether they come from a form, from JSON or from object metadata."""

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mini_ml import catalogue
from mini_ml.column_names import clean_name
from mini_ml.contracts import Kind, PredictOptions, TrainOptions
from mini_ml.errors import InvalidName, InvalidOption, InvalidRequest, MiniMLError, UnknownModelType
from mini_ml.jobs.options import parse_predict_options, parse_train_options, read_metadata

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(clean_name).filter(bool)


@given(
    target=names,
    dropped=st.lists(names, max_size=4),
    trees=st.integers(1, 9),
    refit=st.booleans(),
    split=st.lists(names, min_size=2, max_size=2, unique=True),
)
def test_text_json_and_metadata_give_the_same_options(
    target: str, dropped: list[str], trees: int, refit: bool, split: list[str]
) -> None:
    assume(target not in split)
    dropped = [name for name in dropped if name != target]
    typed = {
        "target_column": target,
        "model_type": "RandomForestClassifier",
        "model_params": {"n_estimators": trees},
        "columns_to_drop": dropped,
        "effort": "balanced",
        "refit": refit,
        "time_column": split[0],
        "group_column": split[1],
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


@pytest.mark.parametrize(("given", "found"), [("", "balanced"), (" best\n", "best"), ("balanced", "balanced")])
def test_a_training_has_an_effort(given: str, found: str) -> None:
    assert parse_train_options({"effort": given}).effort == found


@pytest.mark.parametrize(
    ("given", "reason", "hint"),
    [
        ("bets", "`bets` is unknown", "did you mean `best`? use `balanced` or `best`"),
        ("Balanced", "`Balanced` is unknown", "did you mean `balanced`? use `balanced` or `best`"),
        ("high", "`high` is unknown", "use `balanced` or `best`"),
        (7, "`7` is unknown", "use `balanced` or `best`"),
        ({"a": 1}, "`{'a': 1}` is unknown", "use `balanced` or `best`"),
    ],
)
def test_another_effort_is_rejected_with_the_values_that_exist(given: object, reason: str, hint: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        parse_train_options({"effort": given})

    [issue] = raised.value.issues
    assert (issue.parameter, issue.reason, issue.hint) == ("effort", reason, hint)


@pytest.mark.parametrize("model_type", catalogue.AUTO)
def test_each_form_of_auto_takes_the_best_effort(model_type: str) -> None:
    assert parse_train_options({"model_type": model_type, "effort": "best"}).effort == "best"


def test_a_named_model_type_takes_no_effort_but_the_default() -> None:
    with pytest.raises(InvalidOption) as raised:
        parse_train_options({"model_type": "Ridge", "effort": "best"})

    [issue] = raised.value.issues
    assert (issue.parameter, issue.hint) == ("effort", "leave it out, or use model_type `auto`")
    assert issue.reason == "`best` applies to `auto` only, and the model type is `Ridge`"
    assert parse_train_options({"model_type": "Ridge", "effort": "balanced"}).effort == "balanced"


@pytest.mark.parametrize(
    ("given", "found"), [("", False), ("true", True), (" True ", True), ("false", False), (True, True), (False, False)]
)
def test_refit_is_true_or_false_as_text_or_as_json(given: object, found: bool) -> None:
    assert parse_train_options({"refit": given}).refit is found


@pytest.mark.parametrize("given", ["perhaps", "tru", 7, [True], {"a": 1}])
def test_another_value_of_refit_is_rejected_in_the_words_of_json(given: object) -> None:
    with pytest.raises(InvalidOption) as raised:
        parse_train_options({"refit": given})

    assert [(issue.parameter, issue.reason) for issue in raised.value.issues] == [("refit", "must be true or false")]


@pytest.mark.parametrize("name", ["time_column", "group_column"])
def test_the_columns_of_the_split_are_cleaned_as_those_of_the_file(name: str) -> None:
    given = [getattr(parse_train_options({name: text}), name) for text in (" sold\u200b\u00a0on ", " ", "\u200b")]

    assert given == [clean_name("sold\u200b\u00a0on"), None, None]


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        (
            {"target_column": "y", "time_column": " y "},
            {"time_column": "`y` is the target and cannot order the rows"},
        ),
        (
            {"target_column": "y", "group_column": "y"},
            {"group_column": "`y` is the target and cannot group the rows"},
        ),
        ({"time_column": "t", "group_column": "t"}, {"group_column": "`t` is also the time column"}),
    ],
)
def test_a_column_of_the_split_has_no_second_role(given: dict[str, object], reasons: dict[str, str]) -> None:
    with pytest.raises(InvalidOption) as raised:
        parse_train_options(given)

    assert {issue.parameter: issue.reason for issue in raised.value.issues} == reasons
    assert None not in [issue.hint for issue in raised.value.issues]


@pytest.mark.parametrize(
    "given",
    [
        {"target_column": "y", "time_column": "t", "group_column": "g"},
        {"time_column": "t", "columns_to_drop": "t"},
        {"group_column": "g", "columns_to_drop": ["g"]},
    ],
)
def test_both_columns_of_the_split_can_be_given_and_can_be_dropped(given: dict[str, object]) -> None:
    options = parse_train_options(given)

    assert (options.time_column, options.group_column) == (given.get("time_column"), given.get("group_column"))


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"effort": "best"}, {"effort": "best"}),
        ({"refit": "true"}, {"refit": "true"}),
        ({"time-column": "sold%20on"}, {"time_column": "sold on"}),
        ({"group-column": "customer"}, {"group_column": "customer"}),
    ],
)
def test_how_to_measure_and_how_long_to_search_are_read_from_object_metadata(
    metadata: dict[str, str], found: dict[str, str]
) -> None:
    assert read_metadata(metadata, "train") == found


@pytest.mark.parametrize(("key", "meant"), [("efort", "effort"), ("re-fit", "refit"), ("time_column", "time-column")])
def test_a_misspelt_key_of_another_option_is_rejected_too(key: str, meant: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        read_metadata({key: "x"}, "train")

    assert [issue.hint for issue in raised.value.issues] == [f"did you mean `{meant}`?"]


def test_blanks_around_an_option_are_no_part_of_it() -> None:
    assert parse_train_options({"model_type": " Ridge "}).model_type == "Ridge"
    assert parse_predict_options({"version": " 3 "}).version == "3"
