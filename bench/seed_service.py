"""The original example service with FastAPI: JSON to a DataFrame, a joblib file, `pipeline.predict`.

`/loaded-each-time/…` reads the file for every request; `/in-memory/…` keeps the model in memory.
`MINI_ML_BENCH_MODELS` is the folder of the files.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI

_FOLDER = Path(os.environ["MINI_ML_BENCH_MODELS"])
app = FastAPI()


@app.post("/loaded-each-time/{name}")
def predict_from_file(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Load the model and predict."""
    return _predict(_load(name), body)


@app.post("/in-memory/{name}")
def predict_from_memory(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Predict with the cached model."""
    return _predict(_load_cached(name), body)


def _load(name: str) -> Any:
    return joblib.load(_FOLDER / f"{name}.joblib")


_load_cached = cache(_load)


def _predict(pipeline: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {"predictions": pipeline.predict(pd.DataFrame(**body["dataframe_split"])).tolist()}
