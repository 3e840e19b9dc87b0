"""Training: honest metrics, reproducible models, and no influence of holdout rows."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from mini_ml.contracts import ClassificationMetrics, RegressionMetrics, TrainOptions
from mini_ml.errors import LeaseLost
from mini_ml.ml.model.artifact import dump, load
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained, split_document
from tests.unit.ml_training.tables import (
    LIMITS,
    flowers,
    mixed_labels,
    mixed_numbers,
    predictions,
    train_on,
    write,
)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def classification_metrics_of(trained: Trained) -> ClassificationMetrics:
    assert isinstance(trained.metrics, ClassificationMetrics)
    return trained.metrics


def test_random_labels_are_not_learned(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    labels = random.permutation(["left", "right"] * 1000)
    rows = (f"{random.normal():.4f},{random.normal():.4f},{random.normal():.4f},{label}" for label in labels)

    trained = train_on(write(tmp_path / "t.csv", "a,b,c,side", *rows), "RandomForestClassifier")

    assert 0.4 <= (classification_metrics_of(trained).accuracy or 0) <= 0.6


def test_stored_classification_metrics_belong_to_the_stored_model_and_split(tmp_path: Path) -> None:
    table = mixed_labels(tmp_path / "t.csv", 150)
    trained = train_on(table, "LogisticRegression")
    dump(trained.model, tmp_path / "model.joblib")

    held = json.loads(split_document(trained, TrainOptions()))["holdout_rows"]
    header, *rows = lines_of(table)
    with (tmp_path / "model.joblib").open("rb") as stored:
        model = load(stored)
    frame = model.reader.parse(read_table(write(tmp_path / "held.csv", header, *(rows[row] for row in held)), LIMITS))
    scored = model.predict(frame, probabilities=True)
    truth = [rows[row].rpartition(",")[2] for row in held]
    found = classification_metrics_of(trained)
    assert found.holdout_rows == len(held)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, list(scored.values)))
    assert found.f1_macro == pytest.approx(metrics.f1_score(truth, list(scored.values), average="macro"))
    assert found.log_loss == pytest.approx(
        metrics.log_loss(truth, scored.probabilities, labels=list(model.schema.labels or ()))
    )


def test_stored_regression_metrics_belong_to_the_stored_model_and_split(tmp_path: Path) -> None:
    table = mixed_numbers(tmp_path / "t.csv", 150)
    trained = train_on(table, "HistGradientBoostingRegressor")

    header, *rows = lines_of(table)
    held = [rows[row] for row in trained.holdout_rows]
    truth = [float(row.rpartition(",")[2]) for row in held]
    found = trained.metrics
    assert isinstance(found, RegressionMetrics)
    assert found.r2 == pytest.approx(metrics.r2_score(truth, predictions(trained.model, "\n".join([header, *held]))))


@pytest.mark.parametrize("model_type", ["RandomForestClassifier", "MLPClassifier", "SGDClassifier", "auto"])
def test_the_same_dataset_and_seed_give_the_same_predictions(model_type: str, tmp_path: Path) -> None:
    table = mixed_labels(tmp_path / "t.csv")
    rows = table.read_text(encoding="utf-8")

    first, second = train_on(table, model_type), train_on(table, model_type)

    assert predictions(first.model, rows) == predictions(second.model, rows)
    assert first.metrics == second.metrics
    assert first.holdout_rows.tolist() == second.holdout_rows.tolist()


def test_the_cells_of_a_dropped_column_change_nothing(tmp_path: Path) -> None:
    header, *rows = lines_of(flowers(tmp_path / "t.csv"))
    leaky = write(tmp_path / "leaky.csv", f"answer,{header}", *(f"{row.rpartition(',')[2]},{row}" for row in rows))
    noisy = write(tmp_path / "noisy.csv", f"answer,{header}", *(f"{len(row) % 7},{row}" for row in rows))

    first = train_on(leaky, "RandomForestClassifier", drop=["answer"])
    second = train_on(noisy, "RandomForestClassifier", drop=["answer"])

    assert first.metrics == second.metrics
    assert "answer" not in [column.name for column in first.schema.columns]


def test_holdout_rows_do_not_influence_the_model(tmp_path: Path) -> None:
    table = flowers(tmp_path / "t.csv")
    header, *rows = lines_of(table)
    trained = train_on(table, "LogisticRegression")
    for row in trained.holdout_rows:
        rows[row] = f"{99 + row},{-99 - row},{rows[row].rpartition(',')[2]}"
    changed = train_on(write(tmp_path / "changed.csv", header, *rows), "LogisticRegression")

    assert predictions(trained.model, "width,height\n0.4,0.1\n0.6,0.2\n") == predictions(
        changed.model, "width,height\n0.4,0.1\n0.6,0.2\n"
    )
    np.testing.assert_array_equal(trained.model.encoder.fills, changed.model.encoder.fills)
    np.testing.assert_array_equal(trained.model.members[0].estimator.coef_, changed.model.members[0].estimator.coef_)  # type: ignore[attr-defined]  # a linear one


def test_class_weights_by_label_move_predictions_towards_the_heavier_label(tmp_path: Path) -> None:
    table = flowers(tmp_path / "t.csv", 200)
    rows = table.read_text(encoding="utf-8")

    plain = train_on(table, "LogisticRegression")
    heavy = train_on(table, "LogisticRegression", params={"class_weight": {"tulip": 50, "rose": 1}})

    assert predictions(heavy.model, rows).count("tulip") > predictions(plain.model, rows).count("tulip")
    assert heavy.model_params["class_weight"] == {"tulip": 50, "rose": 1}


def test_integer_labels_are_weighted_by_their_spelling(tmp_path: Path) -> None:
    rows = (f"{position % 2 + position / 100},{7 + position % 2}" for position in range(60))
    table = write(tmp_path / "t.csv", "size,grade", *rows)

    trained = train_on(table, "LogisticRegression", params={"class_weight": {"7": 1, "8": 2}})

    assert trained.schema.labels == (7, 8)
    assert set(predictions(trained.model, "size\n0\n1\n")) <= {7, 8}


def test_rows_without_a_target_are_left_out_and_counted(tmp_path: Path) -> None:
    header, *rows = lines_of(flowers(tmp_path / "t.csv"))
    table = write(tmp_path / "gaps.csv", header, "1,1,", *rows, "2,2,")

    trained = train_on(table, "GaussianNB")

    assert (trained.rows, trained.rows_without_target) == (62, 2)
    assert [(warning.code, warning.count) for warning in trained.warnings] == [("rows_without_target", 2)]
    assert trained.training_rows + len(trained.holdout_rows) == 60
    assert not {0, 61} & set(trained.holdout_rows.tolist())


def test_labels_are_trimmed_and_answered_in_their_most_frequent_spelling(tmp_path: Path) -> None:
    spellings = ("007", "007 ", " 1.0", "1.0", "1")
    table = write(tmp_path / "t.csv", "size,kind", *(f"{row % 5},{spellings[row % 5]}" for row in range(60)))

    trained = train_on(table, "GaussianNB")

    assert trained.schema.labels == ("007", "1.0")
    assert set(predictions(trained.model, "size\n0\n4\n")) <= {"007", "1.0"}
    assert [(warning.code, warning.count) for warning in trained.warnings] == [("labels_merged", 12)]


def test_scoring_the_training_file_reads_the_numbers_that_training_read(tmp_path: Path) -> None:
    amounts = [f"R$ {row // 1000 + 1}.{row % 1000:03},{row % 10}0" for row in range(200)]
    values = [(row // 1000 + 1) * 1000 + row % 1000 + row % 10 / 10 for row in range(200)]
    table = write(tmp_path / "t.csv", "amount;price", *(f"{amount};{amount}" for amount in amounts))

    trained = train_on(table, "LinearRegression")

    assert predictions(trained.model, table.read_bytes()) == pytest.approx(values)


def test_the_last_column_is_the_target_unless_one_is_named(tmp_path: Path) -> None:
    table = flowers(tmp_path / "t.csv")

    assert train_on(table, "GaussianNB").schema.target == "flower"
    assert train_on(table, "Ridge", target="width").schema.target == "width"


def test_the_model_records_its_number_of_training_rows(tmp_path: Path) -> None:
    trained = train_on(flowers(tmp_path / "t.csv"), "GaussianNB")

    assert trained.notes[0] == "The model was trained on 48 rows; 12 others were held out to measure it."


def test_a_table_too_small_for_a_holdout_is_trained_with_a_note(tmp_path: Path) -> None:
    trained = train_on(write(tmp_path / "t.csv", "size,kind", "1,a", "2,b", "3,a", "4,b"), "GaussianNB")

    assert (classification_metrics_of(trained).accuracy, classification_metrics_of(trained).holdout_rows) == (None, 0)
    assert "no hold-out rows" in classification_metrics_of(trained).notes["accuracy"]
    assert predictions(trained.model, "size\n1\n") == ["a"]


def test_a_class_of_one_row_stays_in_training_and_can_be_predicted(tmp_path: Path) -> None:
    header, *rows = lines_of(flowers(tmp_path / "t.csv"))
    table = write(tmp_path / "rare.csv", header, *rows, "50,50,orchid")

    trained = train_on(table, "RandomForestClassifier")

    assert 60 not in trained.holdout_rows
    assert "orchid" in (trained.schema.labels or ())
    assert classification_metrics_of(trained).roc_auc is None
    assert classification_metrics_of(trained).log_loss is not None


def test_a_warning_of_the_estimator_becomes_a_note(tmp_path: Path) -> None:
    trained = train_on(flowers(tmp_path / "t.csv"), "MLPClassifier", params={"max_iter": 2})

    assert any("stopped before it converged" in note for note in trained.notes)


def test_a_deprecated_model_type_is_noted(tmp_path: Path) -> None:
    trained = train_on(flowers(tmp_path / "t.csv"), "PassiveAggressiveClassifier")

    assert any("deprecated" in note for note in trained.notes)


def test_numbers_learned_as_labels_give_a_warning_with_the_regressor_to_use(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "size,price", *(f"{row * 1.7},{row % 30}" for row in range(90)))

    _, warning = train_on(table, "RandomForestClassifier").warnings

    assert (warning.code, warning.column) == ("numbers_as_labels", "price")
    assert "`RandomForestRegressor`" in warning.message


def test_a_training_can_be_stopped_at_a_checkpoint(tmp_path: Path) -> None:
    def lose_lease(rows: int, size: int) -> None:
        raise LeaseLost(f"after {rows} rows of {size} bytes")

    table = flowers(tmp_path / "t.csv")

    with pytest.raises(LeaseLost, match=f"after 60 rows of {table.stat().st_size} bytes"):
        train(table, TrainOptions(), limits=LIMITS, checkpoint=lose_lease)
