"""Read the log files of the local platform, one per process, as one log in the order of time."""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from mini_ml.adapters.log_text import escape_unprintable, format_fields
from mini_ml.local.failures import LogsMissing
from mini_ml.local.processes import EMULATOR


@dataclass(frozen=True, kw_only=True)
class _Line:
    time: str
    """Time of the line, or that of the line before if it has none."""
    process: str
    text: str
    fields: dict[str, object] | None
    """None for plain text, such as the message of a process that could not start."""

    def __str__(self) -> str:
        if self.fields is None:
            return f"{self.process}: {escape_unprintable(self.text)}"
        return format_fields({**self.fields, "service": self.process})


@dataclass(kw_only=True)
class LogFiles:
    """The log files in a folder, except that of the emulator, whose lines are not the platform's."""

    folder: Path
    id: str | None = None
    """Job id or correlation id of the lines to read; None reads all."""
    _offsets: dict[Path, int] = field(default_factory=dict, init=False)
    _correlation_ids: set[object] = field(default_factory=set, init=False)

    def read_new(self) -> Iterator[str]:
        """Yield the lines, ready to print, that were written since the last call, the oldest first.

        Raises:
            LogsMissing: there is no log file.
        """
        files = sorted(path for path in self.folder.glob("*.log") if path.stem != EMULATOR)
        if not files:
            raise LogsMissing(
                f"There are no log files in {self.folder}. `mini-ml up` writes them to the folder that "
                "MINI_ML_STATE_DIR names. For containers, use: docker compose logs"
            )
        if self.id is not None:
            self._learn_correlation_ids(files)
        for line in heapq.merge(*(self._read_file(path, advance=True) for path in files), key=attrgetter("time")):
            if self._is_wanted(line):
                yield str(line)

    def _learn_correlation_ids(self, files: list[Path]) -> None:
        """Find the correlation ids of the job, because the first line of a request precedes its job."""
        for path in files:
            for line in self._read_file(path):
                if line.fields is not None and line.fields.get("job_id") == self.id:
                    self._correlation_ids.add(line.fields.get("correlation_id"))
        self._correlation_ids.discard(None)

    def _is_wanted(self, line: _Line) -> bool:
        """Return whether a line is about the job or the request; one with its id that names another job is not."""
        if self.id is None:
            return True
        if line.fields is None:
            return False
        job_id, correlation_id = line.fields.get("job_id"), line.fields.get("correlation_id")
        return self.id in (job_id, correlation_id) or (job_id is None and correlation_id in self._correlation_ids)

    def _read_file(self, path: Path, *, advance: bool = False) -> Iterator[_Line]:
        """Yield the complete lines after those that were read; with `advance` they count as read."""
        start, time = self._offsets.get(path, 0), ""
        if start > path.stat().st_size:
            start = 0  # a file that became shorter is a new one
        with path.open("rb") as file:
            file.seek(start)
            for written in file:
                if not written.endswith(b"\n"):
                    return
                start += len(written)
                line = _parse(path.stem, written, time)
                time = line.time
                if advance:
                    self._offsets[path] = start
                yield line


def _parse(process: str, written: bytes, time: str) -> _Line:
    text = written.decode(errors="replace").rstrip("\r\n")
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or "message" not in fields:
        return _Line(time=time, process=process, text=text, fields=None)
    return _Line(time=str(fields.get("timestamp", time)), process=process, text=text, fields=fields)
