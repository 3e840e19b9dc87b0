"""The usual way to serve a model: a DataFrame, a scikit-learn pipeline, a joblib file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mini_ml.contracts import EnsembleMember

NUMBERS: Final = [f"number_{place}" for place in range(14)]
WORDS: Final = [f"word_{place}" for place in range(6)]
TARGET: Final = "label"
ESTIMATORS: Final = {
    "LogisticRegression": LogisticRegression,
    "RandomForestClassifier": RandomForestClassifier,
    "HistGradientBoostingClassifier": HistGradientBoostingClassifier,
}


def build_table(rows: int = 4_000) -> pd.DataFrame:
    """Return a deterministic table of 14 numeric columns with gaps, 6 text columns, and a label with three values."""
    random = np.random.default_rng(7)
    numbers = random.normal(size=(rows, len(NUMBERS)))
    codes = random.integers(0, 8, size=(rows, len(WORDS)))
    signal = numbers[:, 0] + numbers[:, 1] * (codes[:, 0] > 3) + 0.5 * random.normal(size=rows)
    frame = pd.DataFrame(np.where(random.random(numbers.shape) < 0.03, np.nan, numbers.round(4)), columns=NUMBERS)
    for place, name in enumerate(WORDS):
        frame[name] = [f"{name}_{code}" for code in codes[:, place]]
    frame[TARGET] = np.array(["low", "middle", "high"])[np.digitize(signal, [-0.7, 0.7])]
    return frame


def build_request(frame: pd.DataFrame) -> bytes:
    """Return the JSON body with the first row, used for every server."""
    row = json.loads(frame.drop(columns=TARGET).head(1).to_json(orient="values"))
    return json.dumps({"dataframe_split": {"columns": [*NUMBERS, *WORDS], "data": row}}).encode()


def build_estimator(model_type: str) -> Any:
    """Return an unfitted estimator, as one would write it by hand."""
    parameters: dict[str, Any] = {"max_iter": 1000} if model_type == "LogisticRegression" else {"random_state": 0}
    return ESTIMATORS[model_type](**parameters)


def build_ensemble(members: Sequence[EnsembleMember]) -> VotingClassifier:
    """Return scikit-learn's form of an ensemble that `auto` chose."""
    estimators = [
        (f"member_{place}", ESTIMATORS[member.model_type](**_settable(member))) for place, member in enumerate(members)
    ]
    return VotingClassifier(estimators, voting="soft", weights=[member.weight for member in members])


def _settable(member: EnsembleMember) -> dict[str, Any]:
    names = ESTIMATORS[member.model_type]().get_params()
    return {name: value for name, value in member.model_params.items() if name in names and value is not None}


def fit(frame: pd.DataFrame, estimator: Any) -> Pipeline:
    """Fit a pipeline that imputes, scales, encodes and predicts."""
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), WORDS),
    )
    return make_pipeline(columns, estimator).fit(frame.drop(columns=TARGET), frame[TARGET])


def save(pipeline: Pipeline, path: Path) -> None:
    """Write a pipeline as the original example does."""
    joblib.dump(pipeline, path)
