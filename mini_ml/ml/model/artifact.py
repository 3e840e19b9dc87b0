"""Write and read artifacts: a fitted model as a file, readable by the scikit-learn version that wrote it."""

import platform
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from mini_ml.errors import ArtifactRejected, Issue, ModelNeedsRetraining
from mini_ml.ml.cells.reader import READING_RULES
from mini_ml.ml.model.fitted import FittedModel

_LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")


def dump(model: FittedModel, path: Path) -> None:
    """Write a fitted model to `path` with joblib."""
    import joblib  # imported here because scoring from a plan does not need it

    joblib.dump(model, path)


def load(file: BinaryIO) -> FittedModel:
    """Read a fitted model from the current position of `file`.

    Loading runs code: the caller must have verified the seal of exactly these bytes.

    Raises:
        ArtifactRejected: the file does not contain a fitted model.
        ModelNeedsRetraining: the file refers to classes that this release does not have.
    """
    import joblib

    with warnings.catch_warnings():
        # Deprecated estimators warn whenever they are loaded; the notes of the training already report it.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            model = joblib.load(file)
        except (ImportError, AttributeError) as error:
            raise _needs_retraining("another release of this platform", "no longer reads it") from error
    if not isinstance(model, FittedModel):
        raise ArtifactRejected("The artifact does not contain a fitted model.")
    return model


def libraries() -> dict[str, str]:
    """Return the versions of Python and the libraries that artifacts depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def ensure_readable(persisted_with: str, reading_rules: int) -> None:
    """Check that this release predicts with an artifact as the one that wrote it would.

    Args:
        persisted_with: the scikit-learn version that wrote the artifact; another minor version may predict differently.
        reading_rules: the version of the rules by which the model reads cells.

    Raises:
        ModelNeedsRetraining: the minor versions or the rules differ.
    """
    if reading_rules != READING_RULES:
        raise _needs_retraining("another release of this platform", "reads cells by other rules")
    installed = version("scikit-learn")
    if _minor(persisted_with) != _minor(installed):
        raise _needs_retraining(f"scikit-learn {persisted_with}", f"runs {installed}")


def _needs_retraining(persisted_by: str, instead: str) -> ModelNeedsRetraining:
    return ModelNeedsRetraining(
        f"The model was persisted by {persisted_by} and this platform {instead}. "
        "Train it again: copy its dataset, which the manifest names, below train/ in the uploads bucket, "
        "or hand it over anew.",
        issues=[Issue(parameter="version", reason=f"persisted by {persisted_by}", hint="train it again")],
    )


def _minor(text: str) -> list[str]:
    return text.split(".")[:2]
