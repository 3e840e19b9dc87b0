"""Finds the sample datasets, which lie in a checkout and in no wheel."""

from pathlib import Path
from typing import Final

from mini_ml.local.failures import LocalFailure

FOLDER: Final = Path(__file__).resolve().parents[2] / "samples"


def path(name: str) -> Path:
    """Return the path of a sample. Raises LocalFailure."""
    if not (FOLDER / name).is_file():
        raise LocalFailure(f"The sample {name} comes with a checkout of the repository, and there is none here.")
    return FOLDER / name
