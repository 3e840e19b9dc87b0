"""How the cells of a file are separated and quoted."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mini_ml.contracts import Escape

BLANKS: Final = "  "
"""The delimiter of a file whose cells are separated by two blanks or more."""
BLANK: Final = " "
"""The delimiter of a file whose cells are separated by one blank or more."""
COMMA_AND_BLANK: Final = ", "
"""The delimiter of a file whose numbers have decimal commas too."""
DELIMITERS: Final = (",", ";", "\t", "|")
RARE_DELIMITERS: Final = ("^", "~")


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are separated and quoted."""

    delimiter: str = ","
    """One ASCII character, `BLANKS`, `BLANK` or `COMMA_AND_BLANK`."""
    quote: str = '"'
    escape: Escape = "doubled"

    @cached_property
    def is_usual(self) -> bool:
        """Return whether the numpy scanner reads the file as it is."""
        is_one = len(self.delimiter) == 1 and not self.separates_by_blanks
        return is_one and self.quote == '"' and self.escape == "doubled"

    @cached_property
    def separates_by_blanks(self) -> bool:
        """Return whether any run of blanks is one delimiter."""
        return self.delimiter in (BLANK, BLANKS)

    @cached_property
    def regular_delimiter(self) -> bytes:
        """Return the delimiter of the records that are rewritten for the numpy scanner."""
        return b"\t" if self.separates_by_blanks else self.delimiter[:1].encode()
