"""Refuse a training that would be too long, before any work is done."""

import math

from mini_ml.errors import Fault, LimitExceeded
from mini_ml.ml.ceilings import ROW_LIMITS
from mini_ml.ml.estimators import Matrix
from mini_ml.ml.formulas import FORMULAS, Params, Work, linear
from mini_ml.topology import Limits


def check_cost(model_type: str, params: Params, *, matrix: Matrix, limits: Limits) -> None:
    """Refuse what would take too many rows, or too long. Raises LimitExceeded naming the limit."""
    most_rows = ROW_LIMITS.get(model_type)
    if most_rows is not None and matrix.rows > most_rows:
        raise LimitExceeded(
            f"{model_type} takes at most {most_rows:,} training rows; there are {matrix.rows:,}.",
            faults=[
                Fault(
                    parameter="model_type",
                    reason=f"{matrix.rows:,} training rows, and the limit of {model_type} is {most_rows:,}",
                    hint="its work grows faster than its rows: use fewer, or another model type",
                )
            ],
        )
    cost = training_cost(model_type, params, matrix=matrix)
    if cost > limits.training_cost:
        raise LimitExceeded(
            f"{model_type} on {matrix.rows:,} rows of {matrix.width:,} encoded columns would take about "
            f"{_seconds(cost):,} s; the limit is {_seconds(limits.training_cost):,} s.",
            faults=[
                Fault(
                    parameter="model_params",
                    reason=f"an estimated {_seconds(cost):,} s of training, and the limit is "
                    f"{_seconds(limits.training_cost):,} s",
                    hint=f"lower {_listed(params)}use fewer rows or columns, or another model type",
                )
            ],
        )


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


def _seconds(cost: int) -> int:
    return math.ceil(cost / 1e9)


def _listed(params: Params) -> str:
    dear = [f"`{name}`" for name in ("n_estimators", "max_iter", "hidden_layer_sizes", "max_depth") if name in params]
    return f"{', '.join(dear)}, " if dear else ""
