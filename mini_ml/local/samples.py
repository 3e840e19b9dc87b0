"""Finds the sample datasets: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path
from typing import Final

from mini_ml.local.failures import LocalFailure

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def path(name: str) -> Path:
    """Return the path of a sample. Raises LocalFailure."""
    for folder in (_PACKAGE.parent / "samples", _PACKAGE / "samples"):
        if (folder / name).is_file():
            return folder / name
    raise LocalFailure(f"The sample {name} is not part of this installation.")
