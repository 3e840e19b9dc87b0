"""Locate the sample datasets, which are part of a checkout but not of the wheel."""

from pathlib import Path
from typing import Final

from mini_ml.local.failures import LocalFailure

FOLDER: Final = Path(__file__).resolve().parents[2] / "samples"


def path(name: str) -> Path:
    """Return the path of a sample. Raises LocalFailure if it is not there."""
    if not (FOLDER / name).is_file():
        raise LocalFailure(
            f"Sample file {FOLDER / name} not found. The samples are only part of a checkout of the repository."
        )
    return FOLDER / name
