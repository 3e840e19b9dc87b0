"""Show how far a job is while the command waits for it."""

import shutil
from types import TracebackType
from typing import Final, Self, TextIO

from mini_ml.cli.display_width import cut_to
from mini_ml.cli.printing import escape_control_characters
from mini_ml.cli.progress import describe_progress
from mini_ml.contracts import JobView

_ERASE: Final = "\r\x1b[K"
"""Moves the cursor of a terminal to the start of the line and erases the rest of it."""


class ProgressLine:
    """A line of a terminal that says how far a job is; leaving the block erases it."""

    def __init__(self, terminal: TextIO) -> None:
        """Create a line at the cursor of a terminal."""
        self._terminal = terminal

    def show(self, job: JobView) -> None:
        """Overwrite the line."""
        words = escape_control_characters(describe_progress(job))
        self._terminal.write(_ERASE + cut_to(words, shutil.get_terminal_size().columns - 1))
        self._terminal.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._terminal.write(_ERASE)
        self._terminal.flush()
