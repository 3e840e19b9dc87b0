"""What a training asks of the machine: refused before it begins where it is too much, else chosen and fitted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import Candidate, TrainOptions
from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimates.preflight import Plan, Read, check
from mini_ml.ml.estimators.build import Matrix as Shape
from mini_ml.ml.estimators.build import build
from mini_ml.ml.estimators.fitting import fit
from mini_ml.ml.frame import Matrix
from mini_ml.ml.training.auto import Choice, Encoded, affordable, choose
from mini_ml.ml.training.split import Split
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The outcome of fitting."""

    estimator: Any
    scaling: Scaling | None
    model_type: str
    params: dict[str, JsonValue]
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What decides how a model is fitted, beside the rows."""

    options: TrainOptions
    split: Split
    limits: Limits
    seed: int
    threads: int = 1

    def check(self, shape: Shape, read: Read) -> None:
        """Refuse what cannot finish. Raises LimitExceeded."""
        _check_cells(shape, self.limits)
        model_type = self.options.model_type
        if model_type in catalogue.AUTO:
            affordable(shape, self.split.task, read=read, limits=self.limits, seed=self.seed)
            return
        params = build(model_type, self.options.model_params, matrix=shape, seed=self.seed).params
        check(Plan(model_type=model_type, params=params, matrix=shape, read=read), self.limits)

    def fitted(self, matrix: Matrix, *, read: Read) -> Fitted:
        """Choose and fit; `matrix` is scaled in place where the estimator wants it so. Raises TrainingFailed."""
        encoded = Encoded(matrix=matrix, target=self.split.training_target, labels=self.split.spelled)
        choice = self._choice(encoded, read)
        built = build(choice.model_type, self.options.model_params, matrix=encoded.shape, seed=self.seed)
        scaling = Scaling.fit(matrix, built.scale) if built.scale else None
        scaled = scaling.apply(matrix, out=matrix) if scaling else matrix
        notes = fit(built.estimator, scaled, encoded.target, model_type=choice.model_type, threads=self.threads)
        return Fitted(
            estimator=built.estimator,
            scaling=scaling,
            model_type=choice.model_type,
            params=built.params,
            candidates=choice.candidates,
            notes=(*choice.notes, *_deprecation(choice.model_type), *notes),
        )

    def _choice(self, encoded: Encoded, read: Read) -> Choice:
        if self.options.model_type not in catalogue.AUTO:
            return Choice(model_type=self.options.model_type)
        return choose(encoded, self.split.task, read=read, limits=self.limits, seed=self.seed, threads=self.threads)


def _check_cells(shape: Shape, limits: Limits) -> None:
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


def _deprecation(model_type: str) -> Iterator[str]:
    if said := catalogue.model_types()["model_types"][model_type]["deprecated"]:
        yield said
