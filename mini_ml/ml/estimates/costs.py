"""Estimate the time of a fit with the formula of its model type."""

from mini_ml.ml.estimates.formulas import FORMULAS, Params, Workload, linear
from mini_ml.ml.estimators.build import MatrixShape


def training_cost(model_type: str, params: Params, *, shape: MatrixShape) -> int:
    """Return the estimated nanoseconds of fitting, or of evaluating if that takes longer."""
    work = Workload(
        rows=shape.rows,
        width=max(1, shape.width),
        binary=min(shape.binary, shape.width),
        outputs=shape.outputs,
        classes=len(shape.labels) if shape.labels else 1,
        params=params,
    )
    return int(FORMULAS.get(model_type, linear)(work))
