"""Write and read the encoder of a scoring plan: a JSON document and arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.encoding.encoders import Categories, ColumnEncoder, Vocabulary
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.target_means import TargetMeans


def build_encoder_document(encoder: Encoder) -> dict[str, Any]:
    """Return what JSON can hold of an encoder; `collect_encoder_arrays` returns the rest."""
    return {
        "moments": encoder.moments,
        "columns": [_build_column_document(column) for column in encoder.columns],
        "feature_names": encoder.feature_names,
        "cyclic": encoder.cyclic,
    }


def collect_encoder_arrays(encoder: Encoder) -> dict[str, NDArray[Any]]:
    """Return the arrays of an encoder by their name in the file."""
    means = {
        _name_means(place): column.means
        for place, column in enumerate(encoder.columns)
        if isinstance(column, TargetMeans)
    }
    return {"fills": encoder.fills, "indicators": encoder.indicators, **means}


def load_encoder(document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Encoder:
    """Read an encoder from its document and the arrays of the file."""
    return Encoder(
        fills=arrays["fills"],
        indicators=arrays["indicators"],
        moments=tuple((place, timed) for place, timed in document["moments"]),
        columns=tuple(
            _load_column(column, arrays.get(_name_means(place))) for place, column in enumerate(document["columns"])
        ),
        feature_names=tuple(document["feature_names"]),
        cyclic=document.get("cyclic", False),
    )


def _name_means(place: int) -> str:
    return f"means.{place}"


def _build_column_document(column: ColumnEncoder) -> dict[str, Any]:
    if isinstance(column, Vocabulary):
        return {"name": column.name, "weights": dict(column.weights)}
    if isinstance(column, TargetMeans):
        return {"name": column.name, "rows": list(column.rows)}
    rare = sorted(column.known - column.slots.keys())
    return {"name": column.name, "slots": dict(column.slots), "gap": column.gap, "rare": rare}


def _load_column(document: Mapping[str, Any], means: NDArray[np.float64] | None) -> ColumnEncoder:
    if "weights" in document:
        weights = {word: (place, weight) for word, (place, weight) in document["weights"].items()}
        return Vocabulary(document["name"], weights)
    if means is not None:
        return TargetMeans(document["name"], {text: row for row, text in enumerate(document["rows"])}, means)
    slots = document["slots"]
    return Categories(document["name"], slots, document["gap"], frozenset([*slots, *document["rare"]]))
