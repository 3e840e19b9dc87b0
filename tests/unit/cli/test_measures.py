"""Metrics and leaderboards are printed as tables, with numbers of a sensible length."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.cli.measures import (
    describe_members,
    describe_threshold,
    format_leaderboard,
    format_metrics,
    format_number,
    name_metric,
)
from mini_ml.contracts import (
    Candidate,
    ClassificationMetrics,
    EnsembleMember,
    Interval,
    RegressionMetrics,
    Threshold,
)

REGRESSION = RegressionMetrics(r2=0.5, mae=41234.5678, rmse=57.25, median_absolute_error=None, holdout_rows=30)


def candidate(model_type: str, score: float | None, **fields: Any) -> Candidate:
    return Candidate(model_type=model_type, metric="log_loss", score=score, **fields)


def test_metrics_are_printed_with_their_intervals_beside_the_baseline() -> None:
    metrics = ClassificationMetrics(
        accuracy=0.86667,
        balanced_accuracy=0.86667,
        f1_macro=0.8,
        log_loss=0.2752,
        roc_auc=None,
        confusion_matrix=((30,),),
        labels=("a",),
        holdout_rows=30,
        baseline={"accuracy": 0.33333, "balanced_accuracy": None, "log_loss": 1.0986},
        intervals={"accuracy": Interval(low=0.73333, high=0.96667), "log_loss": Interval(low=0.1, high=0.5)},
    )

    assert list(format_metrics(metrics)) == [
        "  metric              value     95 % interval  baseline",
        "  accuracy           0.8667  0.7333 to 0.9667    0.3333",
        "  balanced_accuracy  0.8667                           -",
        "  f1_macro           0.8000",
        "  log_loss           0.2752  0.1000 to 0.5000    1.0986",
    ]


def test_metrics_without_intervals_and_baseline_are_names_with_their_values() -> None:
    assert list(format_metrics(REGRESSION)) == [
        "  metric   value",
        "  r2      0.5000",
        "  mae     41,235",
        "  rmse     57.25",
    ]


@pytest.mark.parametrize("metrics", [None, RegressionMetrics(r2=None, mae=None, rmse=None, holdout_rows=0)])
def test_without_metrics_there_is_no_table(metrics: RegressionMetrics | None) -> None:
    assert list(format_metrics(metrics)) == []


def test_a_leaderboard_is_printed_best_first_with_what_is_known_of_each_candidate() -> None:
    candidates = [
        candidate("ensemble", 0.30213, weight=1.0),
        candidate(
            "HistGradientBoostingClassifier",
            0.31211,
            model_params={"learning_rate": 0.05, "max_leaf_nodes": 15},
            weight=0.6,
            fit_seconds=1.3333,
            size_bytes=412_345,
        ),
        candidate("LogisticRegression", 0.4, encoding="target_mean", weight=0.4, fit_seconds=0.0123, size_bytes=9_120),
        candidate("RandomForestClassifier", None, weight=0.0, note="not compared: takes about 400 s"),
    ]

    assert list(format_leaderboard(candidates)) == [
        "  candidate                       log loss  weight     fit    size  settings",
        "  ensemble                          0.3021   100 %",
        "  HistGradientBoostingClassifier    0.3121    60 %  1.33 s  0.4 MB  learning_rate=0.05, max_leaf_nodes=15",
        "  LogisticRegression                0.4000    40 %  0.01 s  9.1 kB  encoding=target_mean",
        "  RandomForestClassifier                 -     0 %                  not compared: takes about 400 s",
    ]


def test_the_leaderboard_of_an_earlier_release_has_types_and_scores() -> None:
    candidates = [
        Candidate(model_type="Ridge", metric="r2", score=0.5),
        Candidate(model_type="SVR", metric="r2", score=-2),
    ]

    assert list(format_leaderboard(candidates)) == [
        "  candidate       R²",
        "  Ridge       0.5000",
        "  SVR        -2.0000",
    ]


def test_a_named_model_type_has_no_leaderboard() -> None:
    assert list(format_leaderboard([])) == []


def test_the_members_of_an_ensemble_are_named_with_their_shares() -> None:
    members = [
        EnsembleMember(model_type="Ridge", model_params={}, weight=2 / 3),
        EnsembleMember(model_type="SVR", model_params={}, weight=1 / 3),
    ]

    assert describe_members(members) == "Ridge 67 %, SVR 33 %"


def test_a_threshold_is_said_not_to_be_used() -> None:
    assert describe_threshold(Threshold(label="yes", probability=0.31, f1=0.8246)) == (
        "a probability of 0.3100 for yes gives the best F1, 0.8246; predictions do not use it"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0.0000"),
        (0.86667, "0.8667"),
        (-2.5, "-2.5000"),
        (41.2345, "41.23"),
        (412.345, "412.3"),
        (41234.5678, "41,235"),
        (0.001953125, "0.00195"),
        (0.000512345, "0.000512"),
        (-1.5e-9, "-1.5e-09"),
        (1.5e18, "1.5e+18"),
    ],
)
def test_a_number_has_about_four_digits(value: float | None, text: str) -> None:
    assert format_number(value) == text


@given(st.floats(-1e300, 1e300))
def test_any_number_is_short_and_near_its_value(value: float) -> None:
    text = format_number(value)

    assert len(text) <= 20
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("log_loss", "log loss"),
        ("r2", "R²"),
        ("roc_auc", "ROC AUC"),
        ("f1_macro", "macro F1"),
        ("accuracy", "accuracy"),
    ],
)
def test_a_metric_has_a_name_for_sentences(metric: str, name: str) -> None:
    assert name_metric(metric) == name
