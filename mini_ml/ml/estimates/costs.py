"""How much work a training is: its formula, applied."""

from mini_ml.ml.estimates.formulas import FORMULAS, Params, Work, linear
from mini_ml.ml.estimators.build import Matrix


def training_cost(model_type: str, params: Params, *, matrix: Matrix) -> int:
    """Return the estimated nanoseconds of fitting, and of measuring where that is the dearer part."""
    work = Work(
        rows=matrix.rows,
        width=max(1, matrix.width),
        outputs=matrix.outputs,
        classes=len(matrix.labels) if matrix.labels else 1,
        params=params,
    )
    return int(FORMULAS.get(model_type, linear)(work))
