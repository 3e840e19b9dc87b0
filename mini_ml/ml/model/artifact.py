"""The fitted model as a file: written by the trainer, read only by the version of scikit-learn that wrote it."""

import platform
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from mini_ml.errors import ArtifactRejected, Issue, ModelNeedsRetraining
from mini_ml.ml.model.fitted import FittedModel

_LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")


def dump(model: FittedModel, path: Path) -> None:
    """Write a fitted model to `path` with joblib."""
    import joblib  # here, since who answers from a plan has no use of it

    joblib.dump(model, path)


def load(file: BinaryIO) -> FittedModel:
    """Read a fitted model from where `file` stands. Loading runs code: the caller has verified these very bytes.

    Raises:
        ArtifactRejected: it holds no fitted model.
        ModelNeedsRetraining: it names classes that this release has not.
    """
    import joblib

    with warnings.catch_warnings():
        # A deprecated estimator says so whenever it is read; its training's notes have said it already.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            model = joblib.load(file)
        except (ImportError, AttributeError) as error:
            raise _needs_retraining("another release of this platform", "no longer reads it") from error
    if not isinstance(model, FittedModel):
        raise ArtifactRejected("The artifact holds no fitted model.")
    return model


def libraries() -> dict[str, str]:
    """Return the versions of Python and of the libraries that artifacts are persisted with."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def ensure_readable(persisted_with: str) -> None:
    """Refuse an artifact of another minor version of scikit-learn, which might load and then predict otherwise.

    Raises:
        ModelNeedsRetraining: the minor versions differ.
    """
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
