"""Check a training against the limits before it starts, choose what to fit, and fit the members of the model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray
from pydantic import JsonValue

from mini_ml import catalogue
from mini_ml.contracts import EnsembleMember, TrainOptions
from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.encoding.features import Encoder, has_target_means
from mini_ml.ml.estimates.preflight import DatasetFootprint, JobEstimate, check_estimate
from mini_ml.ml.estimators.build import MatrixShape, build, needed_scale
from mini_ml.ml.model.member import Member
from mini_ml.ml.training.auto import Choice, ChosenMember, choose
from mini_ml.ml.training.budget import affordable_entries
from mini_ml.ml.training.comparison import Comparison, Report, no_report
from mini_ml.ml.training.configurations import Configuration, Traits
from mini_ml.ml.training.cross_validation import Clock
from mini_ml.ml.training.fit_estimator import FittedEstimator, fit_estimator
from mini_ml.ml.training.labelled_rows import LabelledRows
from mini_ml.ml.training.split import Split
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The fitted members of a model, and how they were chosen and fitted."""

    members: tuple[Member, ...]
    params: tuple[dict[str, JsonValue], ...]
    """All settable parameters of each member."""
    choice: Choice
    notes: tuple[str, ...]

    @property
    def model_type(self) -> str:
        """Return the model type of the only member, or `ensemble`."""
        return catalogue.ENSEMBLE if len(self.members) > 1 else self.choice.members[0].configuration.model_type

    @property
    def model_params(self) -> dict[str, JsonValue]:
        """Return all settable parameters of the only member; those of an ensemble are in its members."""
        return {} if len(self.members) > 1 else self.params[0]

    @property
    def ensemble(self) -> tuple[EnsembleMember, ...]:
        """Return the members of an ensemble; empty for a single estimator."""
        if len(self.members) == 1:
            return ()
        return tuple(
            EnsembleMember(
                model_type=chosen.configuration.model_type,
                model_params=params,
                encoding=chosen.configuration.encoding,
                weight=chosen.weight,
            )
            for chosen, params in zip(self.choice.members, self.params, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class ModelFitter:
    """Fit the model that the options ask for, or that `auto` chooses."""

    options: TrainOptions
    split: Split
    limits: Limits
    seed: int
    threads: int = 1
    cores: float = 1.0
    report: Report = no_report
    clock: Clock = lambda: 0.0

    @property
    def _refit_rows(self) -> int:
        """Return the number of rows of the second fit; 0 without one."""
        return len(self.split.training) + len(self.split.holdout) if self.options.refit else 0

    def check(self, shape: MatrixShape, footprint: DatasetFootprint) -> None:
        """Raise LimitExceeded if the training is estimated to exceed the limits."""
        _check_cells(replace(shape, rows=max(shape.rows, self._refit_rows)), self.limits)
        model_type = self.options.model_type
        if model_type in catalogue.AUTO:
            affordable_entries(shape, self._comparison(footprint))
            return
        params = build(model_type, self.options.model_params, shape=shape, seed=self.seed).params
        check_estimate(
            JobEstimate(
                model_type=model_type,
                params=params,
                shape=shape,
                footprint=footprint,
                refit_rows=self._refit_rows,
                cores=self.cores,
            ),
            self.limits,
        )

    def choose(self, rows: LabelledRows, encoder: Encoder, *, footprint: DatasetFootprint) -> Choice:
        """Return what the options name, or what `auto` chooses by comparing candidates on the training rows."""
        options = self.options
        if options.model_type in catalogue.AUTO:
            has_many = has_target_means(rows.reader, rows.frame, self.limits, classes=rows.classes)
            comparison = self._comparison(footprint, has_many_categories=has_many)
            return choose(rows, encoder, self.split.fold_scheme, comparison)
        configuration = Configuration(model_type=options.model_type, params=options.model_params)
        return Choice(members=(ChosenMember(configuration=configuration),))

    def fit(self, choice: Choice, rows: LabelledRows, encoder: Encoder) -> Fitted:
        """Fit the chosen members.

        Args:
            choice: what to fit.
            rows: the rows to fit on.
            encoder: one-hot encoder of these rows.

        Raises:
            TrainingFailed: a member cannot be fitted on these rows.
        """
        chosen = choice.members
        found: dict[int, tuple[Member, FittedEstimator]] = {}
        for encoding in dict.fromkeys(member.configuration.encoding for member in chosen):
            places = [place for place, member in enumerate(chosen) if member.configuration.encoding == encoding]
            fitted = self._fit_encoded([chosen[place] for place in places], rows, encoder)
            found |= zip(places, fitted, strict=True)
        members, estimators = zip(*(found[place] for place in range(len(chosen))), strict=True)
        types = dict.fromkeys(estimator.model_type for estimator in estimators)
        notes = [*choice.notes, *(note for name in types for note in _deprecation_notes(name))]
        return Fitted(
            members=members,
            params=tuple(estimator.params for estimator in estimators),
            choice=choice,
            notes=(*notes, *(note for estimator in estimators for note in estimator.notes)),
        )

    def _fit_encoded(
        self, chosen: Sequence[ChosenMember], rows: LabelledRows, encoder: Encoder
    ) -> list[tuple[Member, FittedEstimator]]:
        """Fit members of the same encoding to one matrix, which is freed before the next one is made."""
        encoding = chosen[0].configuration.encoding
        if encoding == "one_hot":
            matrix = encoder.transform(rows.frame)
        else:
            encoder, matrix = rows.encode(encoding, seed=self.seed)
        # The last one may scale the matrix in place, so those that need no scaling come first.
        order = sorted(chosen, key=lambda member: needed_scale(member.configuration.model_type) is not None)
        found: dict[int, tuple[Member, FittedEstimator]] = {}
        for member in order:
            fitted = fit_estimator(
                member.configuration,
                matrix,
                rows.target,
                labels=rows.labels,
                seed=self.seed,
                threads=self.threads,
                in_place=member is order[-1],
            )
            found[id(member)] = (Member(encoder, fitted.scaling, fitted.estimator, member.weight), fitted)
        return [found[id(member)] for member in chosen]

    def _comparison(self, footprint: DatasetFootprint, *, has_many_categories: bool = False) -> Comparison:
        split = self.split
        traits = Traits(
            has_many_categories=has_many_categories,
            rows_are_independent=split.training_times is None and split.training_groups is None,
            # Those of the hold-out rows count, because a refit fits them too.
            has_negative_targets=split.labels is None and _has_negative(split.training_target, split.holdout_target),
        )
        return Comparison(
            task=split.task,
            labels=split.labels,
            effort=self.options.effort,
            limits=self.limits,
            seed=self.seed,
            footprint=footprint,
            traits=traits,
            refit_rows=self._refit_rows,
            threads=self.threads,
            cores=self.cores,
            report=self.report,
            clock=self.clock,
        )


def _has_negative(*targets: NDArray[Any]) -> bool:
    return any(bool((target < 0).any()) for target in targets)


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
