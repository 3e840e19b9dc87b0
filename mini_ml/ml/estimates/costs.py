"""Estimate the time of a fit with the formula of its model type."""

from typing import Final

from mini_ml.ml.estimates.formulas import FORMULAS, Params, Workload, linear
from mini_ml.ml.estimators.build import MatrixShape
from mini_ml.ml.estimators.fitting import can_grow_in_parallel

_GAIN_OF_A_CORE: Final = 0.45
"""Work that every core after the first one does, as a fraction of a core: extra trees on two took 0.69 of the time.

It was measured on two cores only, and is assumed for further ones.
"""


def training_cost(model_type: str, params: Params, *, shape: MatrixShape, cores: float = 1.0) -> int:
    """Return the estimated nanoseconds of fitting, or of evaluating if that takes longer.

    Args:
        model_type: model type.
        params: all settable parameters, defaults included.
        shape: shape of the matrix.
        cores: cores of the function that fits, such as 1.7; only the trees of a forest use more than one.
    """
    work = Workload(
        rows=shape.rows,
        width=max(1, shape.width),
        binary=min(shape.binary, shape.width),
        outputs=shape.outputs,
        classes=len(shape.labels) if shape.labels else 1,
        params=params,
    )
    gain = 1 + _GAIN_OF_A_CORE * max(0.0, cores - 1) if can_grow_in_parallel(model_type, shape.rows) else 1.0
    return int(FORMULAS.get(model_type, linear)(work) / gain)
