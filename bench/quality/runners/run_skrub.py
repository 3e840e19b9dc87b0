"""Train skrub's default pipeline, a histogram boosting."""

from typing import Any

import skrub

from bench.quality.runners.exchange import Answer, Exercise, cpu_seconds, main
from bench.quality.runners.frames import answer_with, read_frames


def run(exercise: Exercise) -> Answer:
    """Fit the pipeline with its defaults."""
    started = cpu_seconds()
    frames = read_frames(exercise)
    model: Any = skrub.tabular_pipeline("classifier" if exercise.is_classification else "regressor")
    model.fit(frames.train, frames.target)
    seconds = cpu_seconds() - started
    return answer_with(model, frames, exercise, seconds=seconds, note=f"skrub {skrub.__version__}")


if __name__ == "__main__":
    main(run)
