"""Train with this project's own training, and score with the form of the model that is published.

Options: `effort`, which releases before it was added do not know.
"""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality.runners.exchange import Answer, Exercise, cpu_seconds, main, measure_row
from mini_ml.contracts import TrainOptions
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.plan import store
from mini_ml.ml.scoring.score import RowPredictions, ScoreOptions, score_csv, score_rows
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits


def run(exercise: Exercise) -> Answer:
    """Train on the file, and score the test rows as a batch."""
    _import_all()
    started = cpu_seconds()
    task = "auto:classification" if exercise.is_classification else "auto:regression"
    options = TrainOptions(target_column=exercise.target, model_type=task, **exercise.options)
    trained = train(exercise.train, options, limits=Limits())
    seconds = cpu_seconds() - started
    model, size = _published(trained)
    row = next(csv.DictReader(io.StringIO(exercise.test.read_text(encoding="utf-8"))))
    rows = rows_from_json({"dataframe_records": [dict(row)]})
    return Answer(
        predictions=_score(model, exercise.test),
        classes=[str(label) for label in model.schema.labels or ()],
        fit_seconds=seconds,
        row_seconds=measure_row(
            lambda: score_rows(model, rows, tally=Tally(), probabilities=exercise.is_classification)
        ),
        model_bytes=size,
        note=_describe(trained),
    )


def _import_all() -> None:
    """Train once on a few rows, so that imports are not measured."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "few.csv"
        path.write_text("x,y\n" + "".join(f"{row},{'no' if row % 3 else 'yes'}\n" for row in range(60)))
        train(path, TrainOptions(), limits=Limits())


def _published(trained: Trained) -> tuple[FittedModel, int]:
    """Return the form of the model that scores, and its size in bytes: the scoring plan if there is one."""
    if trained.plan is not None:
        plan = store.load(io.BytesIO(trained.plan))
        if plan is not None:
            return plan, len(trained.plan)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.joblib"
        artifact.dump(trained.model, path)
        return trained.model, path.stat().st_size


def _score(model: FittedModel, path: Path) -> NDArray[np.float64]:
    """Return the numbers or the probabilities of all rows."""
    parts: list[RowPredictions] = []
    options = ScoreOptions(only_predictions=True, probabilities=model.schema.probabilities)
    with path.open("rb") as file:
        for _ in score_csv(model, file, limits=Limits(), tally=Tally(), options=options, on_predictions=parts.append):
            pass
    columns: list[Any] = [part.values if part.probabilities is None else part.probabilities for part in parts]
    return np.concatenate([np.asarray(column, dtype=np.float64) for column in columns])


def _describe(trained: Trained) -> str:
    members = [member.model_type for member in trained.members] if hasattr(trained, "members") else []
    form = "plan" if trained.plan is not None else "artifact"
    return f"{' + '.join(members) or trained.model_type} ({form})"


if __name__ == "__main__":
    main(run)
