"""Train with FLAML on one core. Options: `seconds`, the time limit."""

from typing import Any

from bench.quality.runners.exchange import Answer, Exercise, count_cpu_time, cpu_seconds, main


def run(exercise: Exercise) -> Answer:
    """Search for the given time, for the lowest log loss or the highest R²."""
    count_cpu_time()
    import catboost  # noqa: F401, imports are not measured
    import flaml
    import lightgbm  # noqa: F401
    import xgboost  # noqa: F401
    from flaml.automl import AutoML

    from bench.quality.runners.frames import answer_with, parse_dates, read_frames

    started = cpu_seconds()
    frames = parse_dates(read_frames(exercise))
    model: Any = AutoML()
    model.fit(
        frames.train,
        frames.target,
        task="classification" if exercise.is_classification else "regression",
        metric="log_loss" if exercise.is_classification else "r2",
        time_budget=exercise.options["seconds"],
        n_jobs=1,
        seed=1,
        verbose=0,
    )
    seconds = cpu_seconds() - started
    if model.model is None:
        raise RuntimeError("FLAML fitted no model in its time.")
    note = f"FLAML {flaml.__version__}: {model.best_estimator}"
    return answer_with(model, frames, exercise, seconds=seconds, note=note)


if __name__ == "__main__":
    main(run)
