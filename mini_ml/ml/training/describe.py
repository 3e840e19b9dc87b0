"""Build the schema of a model for its manifest."""

import numpy as np

from mini_ml.contracts import Column, Label, Schema, Task
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.reader import READING_RULES, Reader
from mini_ml.ml.encoding.encoders import Categories
from mini_ml.ml.encoding.features import Encoder
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
        categories=tuple(encoded.slots) if isinstance(encoded, Categories) else None,
        missing=int((training.tokens[place].codes < 0).sum()),
    )
