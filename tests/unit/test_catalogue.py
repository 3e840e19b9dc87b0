"""The catalogue is complete, matches the installed scikit-learn, and validates parameters strictly."""

import subprocess
import sys

import pytest
from pydantic import JsonValue
from sklearn.utils import all_estimators

from mini_ml import catalogue
from mini_ml.errors import UnknownModelType
from mini_ml.ml.estimators import catalogue_source
from mini_ml.ml.estimators.exclusions import EXCLUDED

TYPES = catalogue.model_types()["model_types"]
DEFAULTS = [
    (model_type, name, facts["default"])
    for model_type, described in TYPES.items()
    for name, facts in described["parameters"].items()
    if "default" in facts
]


def reasons(model_type: str, **params: JsonValue) -> list[str]:
    return [issue.reason for issue in catalogue.check_params(model_type, params)]


def hints(model_type: str, **params: JsonValue) -> list[str | None]:
    return [issue.hint for issue in catalogue.check_params(model_type, params)]


def test_the_committed_catalogue_matches_the_installed_scikit_learn() -> None:
    committed = catalogue_source.CATALOGUE.read_text(encoding="utf-8")

    assert committed == catalogue_source.render(catalogue_source.build()), (
        "run: python -m mini_ml.ml.estimators.catalogue_source"
    )


@pytest.mark.parametrize(("kind", "all_", "excluded"), [("classifier", 44, 13), ("regressor", 55, 13)])
def test_every_estimator_of_scikit_learn_is_listed_or_excluded(kind: str, all_: int, excluded: int) -> None:
    names = {name for name, _ in all_estimators(type_filter=kind)}

    assert names <= TYPES.keys() | EXCLUDED.keys()
    assert len(names) == all_
    assert len(names & EXCLUDED.keys()) == excluded


def test_every_excluded_estimator_exists_in_scikit_learn() -> None:
    assert EXCLUDED.keys() == catalogue.model_types()["excluded"].keys()
    assert not EXCLUDED.keys() & TYPES.keys()


def test_an_ensemble_is_no_model_type_and_the_rejection_says_how_to_get_one() -> None:
    with pytest.raises(UnknownModelType) as raised:
        catalogue.check_model_type(catalogue.ENSEMBLE)

    [issue] = raised.value.issues
    assert issue.hint == "use model_type `auto`"
    assert catalogue.ENSEMBLE not in TYPES.keys() | EXCLUDED.keys() | catalogue.AUTO.keys()


def test_a_new_estimator_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EXCLUDED, "IsotonicRegression")

    assert "IsotonicRegression" in catalogue_source.build()["model_types"]


@pytest.mark.parametrize(("model_type", "name", "default"), DEFAULTS, ids=[f"{t}.{n}" for t, n, _ in DEFAULTS])
def test_every_default_is_accepted(model_type: str, name: str, default: JsonValue) -> None:
    assert catalogue.check_params(model_type, {name: default}) == []


def test_the_catalogue_loads_without_the_ml_stack() -> None:
    script = "import sys, mini_ml.catalogue as c; c.check_model_type('Ridge'); print('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout.strip() == b"False"


@pytest.mark.parametrize("name", ["RandomForestClassifier", "Ridge", "auto", "auto:regression"])
def test_known_model_types_pass(name: str) -> None:
    catalogue.check_model_type(name)


def test_an_unknown_model_type_is_rejected_with_the_nearest_names() -> None:
    with pytest.raises(UnknownModelType) as caught:
        catalogue.check_model_type("randomforestclasifier")

    assert caught.value.issues[0].parameter == "model_type"
    assert "`RandomForestClassifier`" in str(caught.value.issues[0].hint)


def test_an_excluded_model_type_is_rejected_with_its_reason() -> None:
    with pytest.raises(UnknownModelType, match="needs other estimators"):
        catalogue.check_model_type("VotingClassifier")


def test_all_issues_are_reported_together() -> None:
    issues = catalogue.check_params("RandomForestClassifier", {"n_estimators": 0, "depth": 3, "criterion": "ginny"})

    assert [issue.parameter for issue in issues] == [
        "model_params.n_estimators",
        "model_params.depth",
        "model_params.criterion",
    ]


def test_an_unknown_parameter_is_rejected_with_the_nearest_name() -> None:
    assert hints("RandomForestClassifier", n_estimator=5) == ["did you mean `n_estimators`?"]


def test_a_value_outside_its_range_is_rejected_with_the_range() -> None:
    assert hints("RandomForestClassifier", n_estimators=0) == ["use a whole number from 1 to 2000"]


def test_a_value_above_a_limit_of_the_platform_is_rejected_with_the_limit() -> None:
    assert reasons("RandomForestClassifier", n_estimators=10_000_000) == [
        "`n_estimators` is 10000000, above the limit of this platform"
    ]
    assert reasons("MLPRegressor", hidden_layer_sizes=[10, 50_000]) == [
        "`hidden_layer_sizes` is [10, 50000], above the limit of this platform"
    ]


@pytest.mark.parametrize(
    ("model_type", "params"),
    [
        ("RandomForestClassifier", {"max_depth": True}),
        ("RandomForestClassifier", {"max_depth": "3"}),
        ("RandomForestClassifier", {"max_depth": 3.0}),
        ("RandomForestClassifier", {"max_features": 1.5}),
        ("RandomForestClassifier", {"min_samples_split": 1}),
        ("RandomForestClassifier", {"class_weight": {}}),
        ("RandomForestClassifier", {"class_weight": {"a": -1}}),
        ("RandomForestClassifier", {"class_weight": [1, 2]}),
        ("Ridge", {"alpha": float("nan")}),
        ("Ridge", {"alpha": float("inf")}),
        ("Ridge", {"alpha": 10**400}),
        ("SVC", {"kernel": "precomputed"}),
        ("ElasticNet", {"precompute": [[1.0]]}),
        ("MLPClassifier", {"hidden_layer_sizes": []}),
        ("RidgeCV", {"alphas": [1.0] * 1_001}),
    ],
)
def test_invalid_values_are_rejected(model_type: str, params: dict[str, JsonValue]) -> None:
    assert len(catalogue.check_params(model_type, params)) == 1


@pytest.mark.parametrize(
    ("model_type", "params"),
    [
        ("RandomForestClassifier", {"max_depth": None, "max_features": 0.5, "class_weight": {"Setosa": 2}}),
        ("RandomForestClassifier", {"min_samples_split": 0.1, "max_features": "sqrt", "bootstrap": False}),
        ("MLPClassifier", {"hidden_layer_sizes": [20, 10], "early_stopping": True}),
        ("LogisticRegression", {"C": 10, "solver": "liblinear"}),
        ("RidgeCV", {"alphas": [0.1, 1, 10], "cv": 5}),
        ("DummyClassifier", {"strategy": "constant", "constant": "Setosa"}),
    ],
)
def test_valid_values_pass(model_type: str, params: dict[str, JsonValue]) -> None:
    assert catalogue.check_params(model_type, params) == []


@pytest.mark.parametrize("name", ["n_jobs", "verbose", "warm_start"])
def test_parameters_that_the_platform_sets_are_rejected(name: str) -> None:
    assert "cannot be set" in reasons("RandomForestClassifier", **{name: 1})[0]


@pytest.mark.parametrize("value", [None, 0, 7, 2**32 - 1])
@pytest.mark.parametrize("model_type", [*catalogue.AUTO, *catalogue.model_types()["model_types"]])
def test_random_state_can_be_given_for_every_model_type(model_type: str, value: int | None) -> None:
    assert catalogue.check_params(model_type, {"random_state": value}) == []


@pytest.mark.parametrize("value", [-1, 2**32, 1.5, True, "7", [1]])
@pytest.mark.parametrize("model_type", ["RandomForestClassifier", "GaussianNB", "auto"])
def test_a_random_state_that_is_no_seed_is_rejected(model_type: str, value: object) -> None:
    [issue] = catalogue.check_params(model_type, {"random_state": value})

    assert issue.parameter == "model_params.random_state"


def test_a_number_written_as_text_is_said_to_be_text() -> None:
    assert reasons("RandomForestClassifier", n_estimators="100") == ["`n_estimators` is the text “100”"]


def test_auto_takes_no_other_parameters() -> None:
    assert reasons("auto", n_estimators=5, random_state=3) == ["`auto` takes no parameters but `random_state`"]


@pytest.mark.parametrize(
    ("model_type", "task", "other"),
    [
        ("RandomForestRegressor", "classification", "RandomForestClassifier"),
        ("LinearRegression", "classification", "LogisticRegression"),
        ("SVC", "regression", "SVR"),
        ("Lasso", "classification", "RandomForestClassifier"),
    ],
)
def test_a_counterpart_has_the_other_task(model_type: str, task: str, other: str) -> None:
    assert catalogue.counterpart(model_type, "classification" if task == "classification" else "regression") == other


@pytest.mark.parametrize("depth", [9, 40, 400, 960, 5000])
def test_a_deeply_nested_value_is_rejected_at_any_depth(depth: int) -> None:
    value: JsonValue = []
    for _ in range(depth):
        value = [value]

    [issue] = catalogue.check_params("Ridge", {"alpha": value})

    assert issue.reason == "`alpha` is nested too deeply"
