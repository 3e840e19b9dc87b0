"""The seed's recipe behind FastAPI: JSON into a DataFrame, a joblib file, `pipeline.predict`.

`/loaded-each-time` reads the file for every request; `/kept` keeps the model, so that the comparison does not rest on
that alone. `MINI_ML_BENCH_MODEL` names the file.
"""

import os
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI

_PATH = os.environ["MINI_ML_BENCH_MODEL"]
_KEPT = joblib.load(_PATH)
app = FastAPI()


@app.post("/loaded-each-time")
def loaded_each_time(body: dict[str, Any]) -> dict[str, Any]:
    """Predict with a model read now."""
    return _answer(joblib.load(_PATH), body)


@app.post("/kept")
def kept(body: dict[str, Any]) -> dict[str, Any]:
    """Predict with the model that is in memory."""
    return _answer(_KEPT, body)


def _answer(pipeline: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {"predictions": pipeline.predict(pd.DataFrame(**body["dataframe_split"])).tolist()}
