"""Build the schema of a model for its manifest."""

from itertools import islice

import numpy as np

from mini_ml.contracts import Column, Label, Schema, Task
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.reader import READING_RULES, Reader
from mini_ml.ml.encoding.encoders import MOST_CATEGORIES, ColumnEncoder, Vocabulary
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.target_means import TargetMeans
from mini_ml.ml.frame import Frame


def model_schema(
    reader: Reader,
    encoder: Encoder,
    training: Frame,
    *,
    task: Task,
    labels: tuple[Label, ...] | None,
    probabilities: bool,
) -> Schema:
    """Build the schema of a model that was fitted on the rows of `training`."""
    return Schema(
        target=reader.target,
        task=task,
        labels=labels,
        columns=tuple(_build_column(feature, reader, encoder, training) for feature in reader.features),
        left_out=reader.left_out,
        delimiter=reader.delimiter,
        decimal=reader.decimal,
        probabilities=probabilities,
        reading_rules=READING_RULES,
    )


def _build_column(feature: Feature, reader: Reader, encoder: Encoder, training: Frame) -> Column:
    if feature.is_number:
        values = training.numbers[:, reader.number_features.index(feature)]
        known = values[~np.isnan(values)]
        return Column(
            name=feature.name,
            kind=feature.kind,
            format=feature.format,
            minimum=float(known.min()) if len(known) else None,
            maximum=float(known.max()) if len(known) else None,
            missing=len(values) - len(known),
        )
    place = reader.token_features.index(feature)
    encoded = encoder.columns[place]
    return Column(
        name=feature.name,
        kind=feature.kind,
        format=feature.format,
        categories=_list_categories(encoded),
        missing=int((training.tokens[place].codes < 0).sum()),
    )


def _list_categories(encoded: ColumnEncoder) -> tuple[str, ...] | None:
    """Return the most frequent categories; None for words."""
    if isinstance(encoded, Vocabulary):
        return None
    return tuple(islice(encoded.rows if isinstance(encoded, TargetMeans) else encoded.slots, MOST_CATEGORIES))
