"""Parse whole columns of numbers with the C parser of pandas, if all their cells have a usual spelling.

The result is identical to `NumberFormat.read` to the last bit, so that a cell has the same value here, alone, and as
JSON. Tests check this; do not upgrade to a pandas that fails them.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np

from mini_ml.ml.cells.number_text import Decimal
from mini_ml.ml.cells.words import LARGEST, MISSING_WORDS
from mini_ml.ml.frame import Matrix
from mini_ml.ml.records.block import Block

if TYPE_CHECKING:
    import pandas as pd

_MISSING: Final = sorted(
    {spelled for word in MISSING_WORDS for spelled in (word, word.upper(), word.title())} | {"NaN"}
)


def numeric_columns(block: Block, positions: Sequence[int], decimal: Decimal) -> dict[int, Matrix]:
    """Return, by position, the columns in which every cell is a usual number or missing.

    Args:
        block: the records.
        positions: columns to try.
        decimal: the decimal mark of the columns.

    Returns:
        Arrays of shape (rows,); NaN is missing. Columns that need to be parsed cell by cell are absent.
    """
    if not positions:
        return {}
    known = {
        position: block.numbers[position] for position in positions if position in block.numbers and decimal == "."
    }
    positions = [position for position in positions if position not in known]
    if not positions:
        return known
    try:
        columns = _read(block, positions, decimal, "float64")
    except ValueError:
        columns = numeric_dtypes(block, positions, decimal)
    matrices = {position: as_matrix(column) for position, column in columns.items()}
    return known | {position: values for position, values in matrices.items() if _has_only_numbers(values)}


def _has_only_numbers(values: Matrix) -> bool:
    """Return whether a column certainly contains numbers: pandas also parses true and false as 1 and 0."""
    least, most = (
        np.fmin.reduce(values),
        np.fmax.reduce(values),
    )  # NaN if all cells are missing; the comparison below is then false
    if not (least >= -LARGEST and most <= LARGEST):
        return False
    return bool(least < 0 or most > 1 or ((values > 0) & (values < 1)).any())


def numeric_dtypes(block: Block, positions: Sequence[int], decimal: Decimal) -> "dict[int, pd.Series[float]]":
    """Return, by position, the columns that pandas infers as numeric, with the dtype that it infers."""
    try:
        columns = _read(block, positions, decimal, None)
    except ValueError:
        return {}
    return {position: column for position, column in columns.items() if column.dtype.kind in "iuf"}


def as_matrix(column: "pd.Series[float]") -> Matrix:
    """Return a numeric column as 64-bit floats; integers are rounded as in Python."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _read(block: Block, positions: Sequence[int], decimal: Decimal, dtype: str | None) -> "dict[int, pd.Series[float]]":
    """Parse columns of a block with pandas.

    Raises:
        ValueError: a column does not have the type, or pandas splits the records differently.
    """
    import pandas as pd  # imported here because JSON rows do not need it, and it slows down a cold start

    columns = block.starts.shape[1] if block.widths is None else int(block.widths.max())
    table = pd.read_csv(
        BytesIO(block.regular),
        sep=block.delimiter,
        header=None,
        names=range(columns),
        index_col=False,
        usecols=list(positions),
        dtype=dtype,
        decimal=decimal,
        na_values=_MISSING,
        keep_default_na=False,
        skip_blank_lines=False,
        low_memory=False,
        # Latin-1 accepts every byte; a cell with a non-ASCII character is never a number.
        encoding="latin-1",
    )
    if len(table) != block.rows:
        raise ValueError(f"pandas read {len(table)} rows, expected {block.rows}")
    return {position: table[position] for position in positions}
