"""Online prediction: scores the rows of a request body and encodes the predictions."""

import io
import json
from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from mini_ml.contracts import Schema
from mini_ml.errors import AnswerTooLarge, InvalidRequest, Issue, LimitExceeded
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.records.unpack import GZIP_MAGIC
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import RowPredictions, ScoreOptions, check_csv, score_csv, score_rows
from mini_ml.ports import NO_METRICS, Metrics
from mini_ml.strict_json import parse_body
from mini_ml.topology import Limits, encoded_bytes, is_larger_encoded
from mini_ml.topology.metrics import ROWS_SCORED
from mini_ml.workflows.answer_size import build_size_error
from mini_ml.workflows.model_cache import Loaded

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
"""Encoder for responses, which contain only labels and finite numbers."""
_LONGEST_PROBABILITY: Final = 2.2250738585072014e-308


def score_body(
    loaded: Loaded,
    body: bytes,
    media_type: str,
    *,
    probabilities: bool,
    limits: Limits,
    metrics: Metrics = NO_METRICS,
) -> bytes:
    """Score the rows in a request body and return the response as JSON.

    Raises:
        InvalidRequest: the body cannot be parsed.
        Unprocessable: the rows do not match the schema of the model, or there are too many.
        AnswerTooLarge: the answer is, or with these labels could be, larger than what Lambda can return.
    """
    tally = Tally()
    score = _score_csv if media_type == "text/csv" else _score_json
    predictions = score(loaded.model, body, tally, probabilities=probabilities, limits=limits)
    metrics.count(ROWS_SCORED, len(predictions.values), kind="online")
    answer: dict[str, object] = {"predictions": list(predictions.values)}
    if predictions.probabilities is not None:
        answer["probabilities"] = _by_label(loaded.model.schema, predictions.probabilities)
    if warnings := list_warnings(loaded.model, tally):
        answer["warnings"] = [warning.model_dump(exclude_none=True) for warning in warnings]
    answer |= {"model_name": loaded.manifest.model_name, "version": loaded.manifest.version}
    encoded = _ENCODER.encode(answer)
    if is_larger_encoded(encoded, limits.encoded_answer_bytes):
        hint = "send fewer rows, or upload a file with POST /uploads"
        raise build_size_error(encoded_bytes(encoded), limits.encoded_answer_bytes, hint=hint)
    return encoded.encode()


def _score_json(model: FittedModel, body: bytes, tally: Tally, *, probabilities: bool, limits: Limits) -> Predictions:
    rows = rows_from_json(parse_body(body))
    _check_count(rows.count, limits)
    if probabilities and rows.count > (most := _most_rows(model.schema, limits)):
        raise _build_rows_error(f"{rows.count:,} rows", model.schema, most, limits)
    return score_rows(model, rows, tally=tally, probabilities=probabilities)


def _check_count(rows: int, limits: Limits) -> None:
    """Raise InvalidRequest if there are no rows, LimitExceeded if there are too many to score online."""
    if rows == 0:
        issue = Issue(parameter="body", reason="no rows", hint="send at least one")
        raise InvalidRequest("There are no rows to score.", issues=[issue])
    if rows > limits.online_rows:
        issue = Issue(limit="online_rows", reason="too many rows", hint="send fewer, or a file through POST /predict")
        raise LimitExceeded(
            f"The request has {rows:,} rows; at most {limits.online_rows:,} are scored online.", issues=[issue]
        )


def _score_csv(model: FittedModel, body: bytes, tally: Tally, *, probabilities: bool, limits: Limits) -> Predictions:
    parts: list[RowPredictions] = []
    most = min(limits.online_rows, _most_rows(model.schema, limits)) if probabilities else limits.online_rows
    of_request = replace(limits, rows=most)
    output = score_csv(
        model,
        io.BytesIO(body),
        limits=of_request,
        tally=tally,
        options=ScoreOptions(only_predictions=True, probabilities=probabilities),
        on_predictions=parts.append,
    )
    try:
        if _can_have_more_rows(body, most):
            check_csv(model, io.BytesIO(body), limits=of_request)
        deque(output, maxlen=0)  # consume the CSV output, which is not needed
    except LimitExceeded as error:
        if most < limits.online_rows and any(issue.limit == "rows" for issue in error.issues):
            raise _build_rows_error(f"More than {most:,} rows", model.schema, most, limits) from error
        raise
    values = [value for part in parts for value in part.values if value is not None]
    matrices = [part.probabilities for part in parts if part.probabilities is not None]
    return Predictions(values, np.vstack(matrices) if matrices else None)


def _can_have_more_rows(body: bytes, most: int) -> bool:
    """Return whether a CSV must be read to its end to learn that it has at most so many rows.

    It is scored in blocks, so the last one may be the first to exceed the limit. The line ends are a quick bound:
    there is one after every row but the last one.
    """
    return body.startswith(GZIP_MAGIC) or body.count(b"\n") + body.count(b"\r") >= most


def _by_label(schema: Schema, probabilities: Matrix) -> list[dict[str, float]]:
    """Return a mapping from label to probability for each row."""
    labels = [str(label) for label in schema.labels or ()]
    return [dict(zip(labels, row, strict=True)) for row in probabilities.tolist()]


def _most_rows(schema: Schema, limits: Limits) -> int:
    """Return for how many rows an answer with probabilities is small enough, whatever the probabilities are."""
    labels = [str(label) for label in schema.labels or ()]
    row = dict.fromkeys(labels, _LONGEST_PROBABILITY)
    return limits.encoded_answer_bytes // encoded_bytes(
        _ENCODER.encode([row, max(labels, key=encoded_bytes, default="")])
    )


def _build_rows_error(rows: str, schema: Schema, most: int, limits: Limits) -> AnswerTooLarge:
    reason = f"at most {most:,} rows of this model can be answered with probabilities"
    hint = "leave out `probabilities`, or upload a file with POST /uploads and the `output` `probabilities`"
    if most == 0:
        rows, reason = "A single row", "no row of this model can be answered with probabilities"
    else:
        hint = f"send at most {most:,} rows, {hint}"
    return AnswerTooLarge(
        f"{rows} with the probabilities of {len(schema.labels or ()):,} labels can take more bytes than the "
        f"{limits.encoded_answer_bytes:,} that an answer may have. Nothing was scored.",
        issues=[Issue(limit="encoded_answer_bytes", parameter="probabilities", reason=reason, hint=hint)],
    )
