"""Read files with DuckDB, in an environment of its own."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fixtures.environments import environment_of
from tests.pollution.scores import Found


def read_duckdb(contents: Sequence[bytes]) -> list[Found | None]:
    """Return what DuckDB reads from files as text; None for each one that it refuses."""
    with TemporaryDirectory(prefix="mini-ml-bench-") as folder:
        paths = [_write(Path(folder), place, content) for place, content in enumerate(contents)]
        script = Path(__file__).with_name("duckdb_reader.py")
        command = [environment_of("duckdb") / "bin" / "python", script, *paths]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [_found(json.loads(line)) for line in lines]


def _write(folder: Path, place: int, content: bytes) -> Path:
    """Write a file under a name that says whether it is packed."""
    packed = content.startswith(b"\x1f\x8b")
    path = folder / (f"{place}.csv.gz" if packed else f"{place}.csv")
    path.write_bytes(content)
    return path


def _found(document: tuple[list[str], list[list[str]]] | None) -> Found | None:
    return None if document is None else Found(tuple(document[0]), tuple(map(tuple, document[1])))
