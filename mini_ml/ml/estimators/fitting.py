"""Fit an estimator; turn its warnings into notes and its exceptions into TrainingFailed.

Only the trees of forests are grown in parallel: each has its own seed, so the result is identical to the byte. Sums of
floats depend on the number of threads, so everything else runs on one thread
(docs/decisions/0019-forests-on-all-cpus.md).
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from joblib import parallel_config
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from mini_ml.errors import Issue, TrainingFailed
from mini_ml.ml.estimators.thread_backend import ThreadBackend
from mini_ml.ml.frame import Matrix

_Value = TypeVar("_Value")

_ESTIMATOR_ERRORS: Final = (
    ValueError,
    ArithmeticError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    MemoryError,
)
"""Exceptions that estimators raise for a dataset or a combination of parameters that they do not support."""

_FORESTS: Final = frozenset(
    f"{kind}{suffix}" for kind in ("ExtraTrees", "RandomForest") for suffix in ("Classifier", "Regressor")
)
_MIN_ROWS: Final = 5_000
"""With fewer rows, a tree is grown so fast that threads mostly wait for each other."""

_UNSAFE: Final = re.compile(r"(/[\w.-]+){2,}|[A-Za-z]:\\|0x[0-9a-f]{4,}|<[^>]+>|array\(")
_IRRELEVANT: Final = re.compile(
    r"is constant and will be replaced|consider decreasing the number of bins|find the number of physical cores"
)
_MAX_SENTENCE_CHARS: Final = 200


def fit(estimator: Any, matrix: Matrix, target: NDArray[Any], *, model_type: str, threads: int = 1) -> list[str]:
    """Fit an estimator in place and return its warnings as notes.

    Args:
        estimator: an unfitted estimator of scikit-learn.
        matrix: shape (rows, columns), finite.
        target: shape (rows,), class codes or numbers.
        model_type: name for notes and errors.
        threads: trees of a forest that are grown at the same time.

    Raises:
        TrainingFailed: the estimator cannot be fitted on these rows with these parameters.
    """
    with parallel_trees(estimator, rows=len(matrix), threads=threads):
        _, notes = run_estimator(lambda: estimator.fit(matrix, target), model_type=model_type)
    return notes


@contextmanager
def parallel_trees(estimator: Any, *, rows: int, threads: int) -> Iterator[None]:
    """Let a forest grow `threads` trees at the same time if it has many rows; restore its `n_jobs` afterwards."""
    if threads == 1 or not can_grow_in_parallel(type(estimator).__name__, rows):
        yield
        return
    before = estimator.n_jobs
    estimator.n_jobs = threads
    try:
        with parallel_config(backend=ThreadBackend()):
            yield
    finally:
        estimator.n_jobs = before


def can_grow_in_parallel(model_type: str, rows: int) -> bool:
    """Return whether a model type is a forest whose trees can be grown at the same time on this many rows."""
    return model_type in _FORESTS and rows >= _MIN_ROWS


def run_estimator(work: Callable[[], _Value], *, model_type: str) -> tuple[_Value, list[str]]:
    """Call a function that runs an estimator, with linear algebra on one thread.

    Returns:
        The result, and the warnings of the estimator as notes.

    Raises:
        TrainingFailed: the estimator raised an exception.
    """
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        with _raise_training_failed(model_type):
            value = work()
    return value, _notes(caught, model_type)


@contextmanager
def _raise_training_failed(model_type: str) -> Any:
    try:
        yield
    except _ESTIMATOR_ERRORS as error:
        reason = _safe_sentence(str(error)) or "the estimator gave no reason"
        raise TrainingFailed(
            f"{model_type} cannot be trained on this dataset: {reason}.",
            issues=[Issue(parameter="model_type", reason=reason, hint=_hint(error, reason))],
        ) from error


def _hint(error: Exception, reason: str) -> str:
    if isinstance(error, MemoryError):
        return "use fewer rows or columns, or another model type"
    return next((hint for words, hint in _HINTS.items() if words in reason), _ANY_HINT)


_POSITIVE: Final = "it supports positive numbers only: use another model type, or another loss"
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
"""What to do, by words in the message of scikit-learn."""


def _notes(caught: Iterable[warnings.WarningMessage], model_type: str) -> list[str]:
    notes = (_note(warning.category, str(warning.message), model_type) for warning in caught)
    return list(dict.fromkeys(note for note in notes if note))


def _note(category: type[Warning], message: str, model_type: str) -> str | None:
    if _IRRELEVANT.search(message):
        return None
    if issubclass(category, ConvergenceWarning):
        return f"{model_type} stopped before it converged: try a higher max_iter or other parameters."
    if issubclass(category, RuntimeWarning):
        return f"{model_type} encountered numbers that are too large or too small to compute with."
    sentence = _safe_sentence(message)
    return f"{model_type}: {sentence}." if sentence else None


def _safe_sentence(text: str) -> str | None:
    """Return the first sentence of a message, or None if it might reveal paths, addresses or data."""
    sentence = re.split(r"(?<=[\w)'`])\.\s|\n", text.strip("(\"' "), maxsplit=1)[0].rstrip(". ")
    if not sentence or _UNSAFE.search(sentence):
        return None
    return sentence if len(sentence) <= _MAX_SENTENCE_CHARS else f"{sentence[:_MAX_SENTENCE_CHARS]}…"
