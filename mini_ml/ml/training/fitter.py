"""Check a training against the limits before it starts, choose the model type, and fit the estimator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import Candidate, TrainOptions
from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimates.preflight import DatasetFootprint, JobEstimate, check_estimate
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.estimators.fitting import fit
from mini_ml.ml.frame import Matrix
from mini_ml.ml.training.auto import Choice, Encoded, affordable_candidates, choose
from mini_ml.ml.training.split import Split
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted estimator, and how it was chosen and fitted."""

    estimator: Any
    scaling: Scaling | None
    model_type: str
    params: dict[str, JsonValue]
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ModelFitter:
    """Fit the model that the options ask for, or that `auto` chooses."""

    options: TrainOptions
    split: Split
    limits: Limits
    seed: int
    threads: int = 1

    def check(self, shape: MatrixShape, footprint: DatasetFootprint) -> None:
        """Raise LimitExceeded if the training is estimated to exceed the limits."""
        _check_cells(shape, self.limits)
        model_type = self.options.model_type
        if model_type in catalogue.AUTO:
            affordable_candidates(shape, self.split.task, footprint=footprint, limits=self.limits, seed=self.seed)
            return
        params = build(model_type, self.options.model_params, shape=shape, seed=self.seed).params
        check_estimate(JobEstimate(model_type=model_type, params=params, shape=shape, footprint=footprint), self.limits)

    def fit(self, matrix: Matrix, *, footprint: DatasetFootprint) -> Fitted:
        """Choose the model type and fit it.

        Args:
            matrix: the encoded training rows; scaled in place if the estimator needs it.
            footprint: what reading the dataset took.

        Raises:
            TrainingFailed: the estimator cannot be fitted on these rows.
        """
        encoded = Encoded(matrix=matrix, target=self.split.training_target, labels=self.split.spelled_labels)
        choice = self._choose(encoded, footprint)
        built = build(choice.model_type, self.options.model_params, shape=encoded.shape, seed=self.seed)
        scaling = Scaling.fit(matrix, built.scale) if built.scale else None
        scaled = scaling.apply(matrix, out=matrix) if scaling else matrix
        notes = fit(built.estimator, scaled, encoded.target, model_type=choice.model_type, threads=self.threads)
        return Fitted(
            estimator=built.estimator,
            scaling=scaling,
            model_type=choice.model_type,
            params=built.params,
            candidates=choice.candidates,
            notes=(*choice.notes, *_deprecation_notes(choice.model_type), *notes),
        )

    def _choose(self, encoded: Encoded, footprint: DatasetFootprint) -> Choice:
        if self.options.model_type not in catalogue.AUTO:
            return Choice(model_type=self.options.model_type)
        return choose(
            encoded, self.split.task, footprint=footprint, limits=self.limits, seed=self.seed, threads=self.threads
        )


def _check_cells(shape: MatrixShape, limits: Limits) -> None:
    cells = shape.rows * shape.width
    if cells > limits.matrix_cells:
        raise LimitExceeded(
            f"{shape.rows:,} training rows of {shape.width:,} encoded columns make {cells:,} cells; "
            f"the limit is {limits.matrix_cells:,}.",
            issues=[
                Issue(
                    limit="matrix_cells",
                    reason=f"{cells:,} cells to train on, and the limit is {limits.matrix_cells:,}",
                    hint="use fewer rows, or drop columns with columns_to_drop",
                )
            ],
        )


def _deprecation_notes(model_type: str) -> Iterator[str]:
    if warning := catalogue.model_types()["model_types"][model_type]["deprecated"]:
        yield warning
