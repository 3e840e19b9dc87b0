"""Read whole columns of numbers by pandas' C parser, where their cells are spelled as numbers usually are.

Its numbers are Python's own `float` to the last bit, and it refuses what `words.number` refuses, so that a cell means
the same here, in a closer look at it alone, and as JSON. Tests hold both; a pandas that differs must not be installed.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np

from mini_ml.ml.cells.words import LARGEST, MISSING_WORDS, Decimal
from mini_ml.ml.frame import Matrix
from mini_ml.ml.records.block import Block

if TYPE_CHECKING:
    import pandas as pd

_MISSING: Final = sorted(
    {spelled for word in MISSING_WORDS for spelled in (word, word.upper(), word.title())} | {"NaN"}
)


def numeric_columns(block: Block, positions: Sequence[int], decimal: Decimal) -> dict[int, Matrix]:
    """Return, by position, the columns in which every cell is a usual number or missing; NaN is missing."""
    if not positions:
        return {}
    if decimal == "." and block.numbers.keys() >= set(positions):
        return {position: block.numbers[position] for position in positions}
    try:
        columns = _read(block, positions, decimal, "float64")
    except ValueError:
        columns = numeric_dtypes(block, positions, decimal)
    matrices = {position: as_matrix(column) for position, column in columns.items()}
    return {position: values for position, values in matrices.items() if _is_beyond_doubt(values)}


def _is_beyond_doubt(values: Matrix) -> bool:
    """Tell numbers of a usual size from what only became one: pandas takes true and false for 1 and 0."""
    least, most = np.fmin.reduce(values), np.fmax.reduce(values)  # NaN where all are missing: then no more is known
    if not (least >= -LARGEST and most <= LARGEST):
        return False
    return bool(least < 0 or most > 1 or ((values > 0) & (values < 1)).any())


def numeric_dtypes(block: Block, positions: Sequence[int], decimal: Decimal) -> "dict[int, pd.Series[float]]":
    """Return, by position, the columns that pandas takes for numbers, in the type that it gives them."""
    try:
        columns = _read(block, positions, decimal, None)
    except ValueError:
        return {}
    return {position: column for position, column in columns.items() if column.dtype.kind in "iuf"}


def as_matrix(column: "pd.Series[float]") -> Matrix:
    """Return a numeric column as 64-bit floats, integers rounded as Python does."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _read(block: Block, positions: Sequence[int], decimal: Decimal, dtype: str | None) -> "dict[int, pd.Series[float]]":
    """Read some columns of a block; ValueError where one of them is not of the type."""
    import pandas as pd  # here, since JSON rows are read without it, and a cold start need not wait for it

    table = pd.read_csv(
        BytesIO(block.raw),
        sep=block.delimiter,
        header=None,
        names=range(block.starts.shape[1]),
        index_col=False,
        usecols=list(positions),
        dtype=dtype,
        decimal=decimal,
        na_values=_MISSING,
        keep_default_na=False,
        skip_blank_lines=False,
        low_memory=False,
        # Every byte is a character, so that none is refused; what is no ASCII is no number either.
        encoding="latin-1",
    )
    if len(table) != block.rows:
        raise ValueError(f"{len(table)} rows where {block.rows} are")
    return {position: table[position] for position in positions}
