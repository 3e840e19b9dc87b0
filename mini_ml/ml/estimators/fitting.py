"""Fit an estimator: in threads where that changes nothing, its warnings kept as notes, its refusals told as sentences.

Only the trees of forests are grown side by side: each has a seed of its own, so they are the same to the byte. Sums of
floats depend on how many threads share them, so all else keeps to one (docs/decisions/0019-forests-on-all-cpus.md).
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from mini_ml.errors import Issue, TrainingFailed
from mini_ml.ml.frame import Matrix

_Value = TypeVar("_Value")

_REFUSALS: Final = (
    ValueError,
    ArithmeticError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    MemoryError,
)
"""What estimators raise over a dataset or a combination of parameters that they cannot use."""

_FORESTS: Final = frozenset(
    f"{kind}{suffix}" for kind in ("ExtraTrees", "RandomForest") for suffix in ("Classifier", "Regressor")
)
_FEWEST_ROWS: Final = 5_000
"""A tree of fewer is grown in so short a time that threads mostly wait for each other."""

_UNSAFE: Final = re.compile(r"(/[\w.-]+){2,}|[A-Za-z]:\\|0x[0-9a-f]{4,}|<[^>]+>|array\(")
_IRRELEVANT: Final = re.compile(r"is constant and will be replaced|consider decreasing the number of bins")
_LONGEST: Final = 200


def fit(estimator: Any, matrix: Matrix, target: NDArray[Any], *, model_type: str, threads: int = 1) -> list[str]:
    """Fit in place and return notes on what the estimator warned of. Raises TrainingFailed."""
    with side_by_side(estimator, rows=len(matrix), threads=threads):
        _, notes = watched(lambda: estimator.fit(matrix, target), model_type=model_type)
    return notes


@contextmanager
def side_by_side(estimator: Any, *, rows: int, threads: int) -> Iterator[None]:
    """Have a forest grow so many trees at once, if it is to learn from many rows; afterwards it is as it was."""
    if threads == 1 or type(estimator).__name__ not in _FORESTS or rows < _FEWEST_ROWS:
        yield
        return
    before = estimator.n_jobs
    estimator.n_jobs = threads
    try:
        yield
    finally:
        estimator.n_jobs = before


def watched(work: Callable[[], _Value], *, model_type: str) -> tuple[_Value, list[str]]:
    """Run an estimator's work, linear algebra on one thread, and return its result and notes. Raises TrainingFailed."""
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        with _refusals_told(model_type):
            value = work()
    return value, _notes(caught, model_type)


@contextmanager
def _refusals_told(model_type: str) -> Any:
    try:
        yield
    except _REFUSALS as error:
        said = _safe_sentence(str(error)) or "the estimator gave no reason"
        raise TrainingFailed(
            f"{model_type} cannot be trained on this dataset: {said}.",
            issues=[Issue(parameter="model_type", reason=said, hint=_hint(error, said))],
        ) from error


def _hint(error: Exception, said: str) -> str:
    if isinstance(error, MemoryError):
        return "use fewer rows or columns, or another model type"
    return next((hint for words, hint in _HINTS.items() if words in said), _ANY_HINT)


_POSITIVE: Final = "it learns positive numbers only: use another model type, or another loss"
_MORE_ROWS: Final = "give every class at least five rows, or lower `cv`"
_ANY_HINT: Final = "change model_params, or use another model type; `auto` picks one that fits"

_HINTS: Final = {
    "valid range of the loss": _POSITIVE,
    "strictly positive": _POSITIVE,
    "non-negative": _POSITIVE,
    "are negative": _POSITIVE,
    "nu is infeasible": "lower `nu`: the classes are too uneven for it",
    "in each class": _MORE_ROWS,
    "n_splits": _MORE_ROWS,
    "examples for at least one class": _MORE_ROWS,
    "number of samples is smaller than the number of features": "set `noise_variance`, or use `LassoLarsCV`",
    "infinite or not a number": "use another model type, or scale the target",
    "shrinkage not supported": "set `shrinkage` to null, or leave `solver` out",
}
"""What to do, by words of scikit-learn's own sentence."""


def _notes(caught: Iterable[warnings.WarningMessage], model_type: str) -> list[str]:
    notes = (_note(warning.category, str(warning.message), model_type) for warning in caught)
    return list(dict.fromkeys(note for note in notes if note))


def _note(category: type[Warning], message: str, model_type: str) -> str | None:
    if _IRRELEVANT.search(message):
        return None
    if issubclass(category, ConvergenceWarning):
        return f"{model_type} stopped before it converged: a higher max_iter or other parameters may serve better."
    if issubclass(category, RuntimeWarning):
        return f"{model_type} met numbers too large or too small to compute with."
    said = _safe_sentence(message)
    return f"{model_type}: {said}." if said else None


def _safe_sentence(text: str) -> str | None:
    """Return the first sentence of a message, or None where it might show more than the dataset's shape."""
    sentence = re.split(r"(?<=[\w)'`])\.\s|\n", text.strip("(\"' "), maxsplit=1)[0].rstrip(". ")
    if not sentence or _UNSAFE.search(sentence):
        return None
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}…"
