"""Fit the estimator of a configuration to a matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.estimators.fitting import fit
from mini_ml.ml.frame import Matrix
from mini_ml.ml.training.configurations import Configuration


@dataclass(frozen=True, kw_only=True)
class FittedEstimator:
    """A fitted estimator, the scaling of its matrix, and how it was built."""

    estimator: Any
    scaling: Scaling | None
    """None if any scale works."""
    model_type: str
    params: dict[str, JsonValue]
    """All settable parameters, defaults included."""
    notes: tuple[str, ...]
    """Warnings of scikit-learn, as sentences."""


def fit_estimator(
    configuration: Configuration,
    matrix: Matrix,
    target: NDArray[Any],
    *,
    labels: Sequence[str] | None,
    seed: int,
    threads: int = 1,
    in_place: bool = False,
) -> FittedEstimator:
    """Build and fit the estimator of a configuration.

    Args:
        configuration: model type and parameters.
        matrix: shape (rows, columns), not scaled.
        target: shape (rows,), class codes or numbers.
        labels: the labels as spelled, by code; None for regression.
        seed: of the estimator, unless the parameters have a `random_state`.
        threads: trees of a forest that are grown at the same time.
        in_place: whether the matrix may be scaled in place, which saves the memory of a copy.

    Raises:
        TrainingFailed: the estimator cannot be fitted on these rows.
    """
    rows, width = matrix.shape
    built = build(
        configuration.model_type,
        configuration.params,
        shape=MatrixShape(rows=rows, width=width, labels=labels),
        seed=seed,
    )
    scaling = Scaling.fit(matrix, built.scale) if built.scale else None
    scaled = matrix if scaling is None else scaling.apply(matrix, out=matrix if in_place else None)
    notes = fit(built.estimator, scaled, target, model_type=configuration.model_type, threads=threads)
    return FittedEstimator(
        estimator=built.estimator,
        scaling=scaling,
        model_type=configuration.model_type,
        params=built.params,
        notes=tuple(notes),
    )


def learned_params(configuration: Configuration, estimators: Sequence[Any]) -> dict[str, JsonValue]:
    """Return the parameters for a fit on all rows, from fits of the same configuration on some of them.

    Boosting that stopped early sets rows aside to know when; with the mean number of iterations it needs none.
    """
    params = dict(configuration.params)
    if params.get("early_stopping") is True:
        iterations = float(np.mean([estimator.n_iter_ for estimator in estimators]))
        params = {name: value for name, value in params.items() if name != "n_iter_no_change"}
        params |= {"early_stopping": False, "max_iter": max(1, round(iterations))}
    return params
