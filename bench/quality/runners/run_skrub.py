"""Train skrub's default pipeline, a histogram boosting."""

import pickle
from typing import Any

import numpy as np
import skrub

from bench.quality.runners.exchange import Answer, Exercise, cpu_seconds, main, measure_row
from bench.quality.runners.frames import read_frames


def run(exercise: Exercise) -> Answer:
    """Fit the pipeline with its defaults."""
    started = cpu_seconds()
    frames = read_frames(exercise)
    model: Any = skrub.tabular_pipeline("classifier" if exercise.is_classification else "regressor")
    model.fit(frames.train, frames.target)
    seconds = cpu_seconds() - started
    predict = model.predict_proba if exercise.is_classification else model.predict
    row = frames.test.head(1)
    return Answer(
        predictions=np.asarray(predict(frames.test), dtype=np.float64),
        classes=[str(label) for label in model.classes_] if exercise.is_classification else [],
        fit_seconds=seconds,
        row_seconds=measure_row(lambda: predict(row)),
        model_bytes=len(pickle.dumps(model)),
        note=f"skrub {skrub.__version__}",
    )


if __name__ == "__main__":
    main(run)
