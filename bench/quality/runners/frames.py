"""The files of an exercise as data frames, as most people read them."""

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.quality.runners.exchange import Answer, Exercise, measure_row


@dataclass(frozen=True)
class Frames:
    """The rows of an exercise."""

    train: pd.DataFrame
    """The features of the training rows."""
    target: "pd.Series[Any]"
    """Labels as text, or numbers."""
    test: pd.DataFrame


def read_frames(exercise: Exercise) -> Frames:
    """Read both files, and give a column the same type in both."""
    types: Any = {exercise.target: str} if exercise.is_classification else None
    train, test = pd.read_csv(exercise.train, dtype=types), pd.read_csv(exercise.test)
    target = train.pop(exercise.target)
    both = pd.concat([train, test], ignore_index=True)
    return Frames(both.iloc[: len(train)], target, both.iloc[len(train) :].reset_index(drop=True))


def parse_dates(frames: Frames) -> Frames:
    """Return the columns of text whose cells are all dates as dates, for programs that do not look for them."""
    train, test = frames.train.copy(), frames.test.copy()
    for name in train.select_dtypes(include=["object", "str"]).columns:
        try:
            train[name] = pd.to_datetime(train[name], utc=True).dt.tz_localize(None)
            test[name] = pd.to_datetime(test[name], utc=True, errors="coerce").dt.tz_localize(None)
        except (ValueError, TypeError):
            continue
    return Frames(train, frames.target, test)


def answer_with(model: Any, frames: Frames, exercise: Exercise, *, seconds: float, note: str) -> Answer:
    """Predict the test rows with a fitted model that has the interface of scikit-learn.

    Args:
        model: the fitted model.
        frames: its rows.
        exercise: what they were read from.
        seconds: time of the fit.
        note: what was fitted.
    """
    predict = model.predict_proba if exercise.is_classification else model.predict
    row = frames.test.head(1)
    return Answer(
        predictions=np.asarray(predict(frames.test), dtype=np.float64),
        classes=[str(label) for label in model.classes_] if exercise.is_classification else [],
        fit_seconds=seconds,
        row_seconds=measure_row(lambda: predict(row)),
        model_bytes=len(pickle.dumps(model)),
        note=note,
    )
