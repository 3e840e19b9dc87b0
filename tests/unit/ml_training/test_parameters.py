"""How parameters reach an estimator."""

from pathlib import Path

import pytest
from pydantic import JsonValue

from mini_ml.errors import InvalidOption
from mini_ml.ml.estimators.build import BuiltEstimator, MatrixShape, build
from tests.unit.ml_training.tables import flowers, train_on

FLOWERS = MatrixShape(rows=100, width=4, labels=("Setosa", "Versicolor"))
AMOUNTS = MatrixShape(rows=100, width=4, labels=None)


def built(model_type: str, shape: MatrixShape = FLOWERS, **params: JsonValue) -> BuiltEstimator:
    return build(model_type, params, shape=shape, seed=7)


def test_class_weight_uses_the_labels_of_the_dataset() -> None:
    forest = built("RandomForestClassifier", class_weight={"Versicolor": 5})

    assert forest.estimator.class_weight == {1: 5}
    assert forest.params["class_weight"] == {"Versicolor": 5}


def test_an_unknown_label_is_rejected_with_the_nearest_label() -> None:
    with pytest.raises(InvalidOption) as caught:
        built("RandomForestClassifier", class_weight={"setosa": 1, "Versicolor": 2})

    assert [issue.parameter for issue in caught.value.issues] == ["model_params.class_weight"]
    assert "`Setosa`" in str(caught.value.issues[0].hint)


def test_the_constant_of_a_dummy_classifier_is_a_label() -> None:
    assert built("DummyClassifier", strategy="constant", constant="Versicolor").estimator.constant == 1
    assert built("DummyRegressor", AMOUNTS, strategy="constant", constant=3).estimator.constant == 3


def test_the_platform_sets_the_seed() -> None:
    assert built("RandomForestClassifier").estimator.random_state == 7


def test_a_given_random_state_reaches_the_estimator_and_its_reported_parameters(tmp_path: Path) -> None:
    trained = train_on(flowers(tmp_path / "t.csv"), "RandomForestClassifier", params={"random_state": 42})

    assert getattr(trained.model.members[0].estimator, "random_state", None) == 42


@pytest.mark.parametrize("model_type", ["GaussianNB", "KNeighborsClassifier", "auto"])
def test_a_model_type_without_a_seed_accepts_a_random_state(tmp_path: Path, model_type: str) -> None:
    trained = train_on(flowers(tmp_path / "t.csv"), model_type, params={"random_state": 42})

    assert trained.schema.labels == ("rose", "tulip")


def test_parameters_are_reported_with_their_defaults() -> None:
    params = built("RandomForestClassifier", n_estimators=20).params

    assert (params["n_estimators"], params["max_depth"], params["criterion"]) == (20, None, "gini")


def test_all_issues_of_catalogue_and_labels_are_reported_together() -> None:
    with pytest.raises(InvalidOption) as caught:
        built("RandomForestClassifier", n_estimators=0, class_weight={"Rose": 1})

    assert len(caught.value.issues) == 2


@pytest.mark.parametrize(
    ("model_type", "name"), [("KNeighborsClassifier", "n_neighbors"), ("PLSRegression", "n_components")]
)
def test_a_default_above_the_size_of_the_table_is_lowered(model_type: str, name: str) -> None:
    assert built(model_type, MatrixShape(rows=1, width=1, labels=None)).params[name] == 1


def test_a_number_set_by_the_user_is_never_lowered() -> None:
    assert built("KNeighborsClassifier", n_neighbors=500).params["n_neighbors"] == 500


def test_support_vector_machines_always_stop() -> None:
    assert 10_000 <= built("SVC").estimator.max_iter < 2**31
    assert built("SVC", max_iter=50).estimator.max_iter == 50


def test_null_means_unlimited_where_scikit_learn_uses_infinity() -> None:
    assert built("RANSACRegressor", AMOUNTS, max_skips=None).estimator.max_skips == float("inf")


def test_lists_are_passed_to_scikit_learn_as_tuples() -> None:
    assert built("MLPClassifier", hidden_layer_sizes=[8, 4]).estimator.hidden_layer_sizes == (8, 4)


@pytest.mark.parametrize(
    ("model_type", "scale"),
    [("RandomForestClassifier", None), ("LogisticRegression", "standard"), ("MultinomialNB", "unit")],
)
def test_an_estimator_gets_the_scaling_it_needs(model_type: str, scale: str | None) -> None:
    assert built(model_type).scale == scale
