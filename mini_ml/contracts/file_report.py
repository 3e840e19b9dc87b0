"""How a file was read, as manifests, jobs, summaries and answers say it."""

from typing import Literal

from mini_ml.contracts.base import FrozenModel

Escape = Literal["doubled", "backslash"]
"""How a quote inside a quoted cell is written: `""` or `\\"`."""


class FileReport(FrozenModel):
    """How a CSV was read, before any column was looked at."""

    delimiter: str = ","
    """One character; two blanks mean any run of at least two."""
    quote: str = '"'
    escape: Escape = "doubled"
    packed: bool = False
    """Whether the file is packed with gzip."""
    header_line: int | None = 1
    """Line of the column names, counted from 1; None if the file has none and names were given."""
    skipped_lines: int = 0
    """Lines above the names that are not blank, and a second header line."""
    row_names: bool = False
    """Whether the cells of the first column are names of the rows, without a column name."""
    trailing_delimiter: bool = False
    """Whether the lines end in a delimiter that separates nothing."""
    second_names: tuple[str, ...] = ()
    """The cells of a second header line, which was skipped."""
    given_names: tuple[str, ...] = ()
    """Names that were given to columns without one."""
    doubled_names: tuple[str, ...] = ()
    """Names that occur more than once; the second column of a name `x` is called `x_2`."""
    blank_lines: int = 0
    """Blank lines that were skipped; in a file with one column they are empty cells."""
    padded_rows: int = 0
    """Rows with too few cells; the cells that they lack are empty."""
    trimmed_rows: int = 0
    """Rows with extra cells at their end, all empty, which were dropped."""
    mended_rows: int = 0
    """Rows with irregular quotes or another delimiter that can be read in one way only."""
    bad_rows: int = 0
    """Rows that cannot be read: left out of a training, or in an output without a prediction."""
