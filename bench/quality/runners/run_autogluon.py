"""Train with AutoGluon on one core. Options: `seconds`, the time limit, and `presets`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.quality.runners.exchange import Answer, Exercise, count_cpu_time, cpu_seconds, main, measure_row


def run(exercise: Exercise) -> Answer:
    """Fit the preset's models in the given time, for the lowest log loss or the highest R²."""
    count_cpu_time()
    with TemporaryDirectory(prefix="mini-ml-quality-") as folder:
        return _run(exercise, Path(folder))


def _run(exercise: Exercise, folder: Path) -> Answer:
    import autogluon.tabular
    import catboost  # noqa: F401, imports are not measured
    import fastai.tabular.all  # noqa: F401
    import lightgbm  # noqa: F401
    import numpy as np
    import torch
    import xgboost  # noqa: F401
    from autogluon.tabular import TabularPredictor

    from bench.quality.runners.frames import read_frames

    torch.set_num_threads(1)
    started = cpu_seconds()
    frames = read_frames(exercise)
    kind = "regression"
    if exercise.is_classification:
        kind = "binary" if frames.target.nunique() == 2 else "multiclass"
    model: Any = TabularPredictor(
        label=exercise.target,
        problem_type=kind,
        eval_metric="log_loss" if exercise.is_classification else "r2",
        path=str(folder / "model"),
        verbosity=0,
    )
    model.fit(
        frames.train.assign(**{exercise.target: frames.target}),
        presets=exercise.options["presets"],
        time_limit=exercise.options["seconds"],
        num_cpus=1,
        num_gpus=0,
    )
    seconds = cpu_seconds() - started
    deployed = Path(model.clone_for_deployment(str(folder / "deployed")))
    size = sum(path.stat().st_size for path in deployed.rglob("*") if path.is_file())
    model.persist()
    predict = model.predict_proba if exercise.is_classification else model.predict
    row = frames.test.head(1)
    found = predict(frames.test)
    return Answer(
        predictions=np.asarray(found, dtype=np.float64),
        classes=[str(label) for label in found.columns] if exercise.is_classification else [],
        fit_seconds=seconds,
        row_seconds=measure_row(lambda: predict(row)),
        model_bytes=size,
        note=f"AutoGluon {autogluon.tabular.__version__}: {', '.join(model.model_names())}",
    )


if __name__ == "__main__":
    main(run)
