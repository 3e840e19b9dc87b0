"""The seed's recipe behind FastAPI: JSON into a DataFrame, a joblib file, `pipeline.predict`.

`/loaded-each-time/…` reads the file for every request; `/kept/…` keeps the model, so that the comparison does not rest
on that alone. `MINI_ML_BENCH_MODELS` names the folder of the files.
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
def loaded_each_time(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Predict with a model read now."""
    return _answer(_load(name), body)


@app.post("/kept/{name}")
def kept(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Predict with a model that is in memory."""
    return _answer(_kept(name), body)


def _load(name: str) -> Any:
    return joblib.load(_FOLDER / f"{name}.joblib")


_kept = cache(_load)


def _answer(pipeline: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {"predictions": pipeline.predict(pd.DataFrame(**body["dataframe_split"])).tolist()}
