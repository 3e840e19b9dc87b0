"""Small trained models, with what their profiles are computed from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Profile, TrainOptions
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.training.prepare import ParsedDataset, read_dataset
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits

LIMITS = Limits()


@dataclass(frozen=True)
class Example:
    """A training, and its rows."""

    trained: Trained
    dataset: ParsedDataset

    @property
    def profile(self) -> Profile:
        return self.trained.profile

    @property
    def model(self) -> FittedModel:
        return self.trained.model

    @property
    def holdout(self) -> Frame:
        return self.dataset.holdout

    @property
    def target(self) -> NDArray[Any]:
        """The target of the hold-out rows: codes or numbers."""
        return self.dataset.split.holdout_target

    @property
    def predictions(self) -> Predictions:
        return self.model.predict_all(self.holdout)

    @property
    def estimator(self) -> Any:
        """The estimator of scikit-learn."""
        return self.model.members[0].estimator

    @property
    def matrix(self) -> Matrix:
        """The hold-out rows as the estimator reads them."""
        return self.model.members[0].encode(self.holdout)


def train_example(path: Path, model_type: str, **options: Any) -> Example:
    """Train a model with seed 0, and read its file again."""
    asked = TrainOptions(model_type=model_type, **options)
    trained = train(path, asked, limits=LIMITS)
    return Example(trained, read_dataset(path, asked, limits=LIMITS, seed=0))


def write_table(path: Path, columns: dict[str, Any]) -> Path:
    """Write columns of the same length as a CSV."""
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def write_measurements(path: Path, *, rows: int, labels: int) -> Path:
    """Write three numbers, of which the first two tell labels apart; with 0 labels, the target is a number."""
    random = np.random.default_rng(7)
    codes = np.arange(rows) % (labels or 4)
    width, height, noise = codes + random.normal(0, 0.8, rows), random.normal(0, 1, rows), random.normal(0, 1, rows)
    kinds = [f"kind {code}" for code in codes]
    target = kinds if labels else np.round(3 * width - height + random.normal(0, 0.3, rows), 4)
    numbers = {"width": width, "height": height + codes % 2, "noise": noise}
    return write_table(path, {**{name: np.round(each, 4) for name, each in numbers.items()}, "target": target})


def make_sales(*, rows: int, labels: int, dates: str = "%Y-%m-%d") -> dict[str, list[Any]]:
    """Make a category and a date, which have empty cells and change each other's effect, and a number.

    Args:
        rows: number of rows.
        labels: number of labels; with 0, the target is a number.
        dates: how the dates are written, as for `strftime`.
    """
    random = np.random.default_rng(5)
    colours, hours, weight = random.integers(0, 4, rows), random.integers(0, 2 * 365 * 24, rows), random.random(rows)
    sold = [(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).strftime(dates) for hour in hours.tolist()]
    amount = colours + hours / 8760 * colours + 2 * weight + random.normal(0, 0.2, rows)
    ranks = np.argsort(np.argsort(amount))
    return {
        "colour": [("", "red", "green", "blue")[colour] for colour in colours.tolist()],
        "sold": [date if row % 9 else "" for row, date in enumerate(sold)],
        "weight": np.round(weight, 4).tolist(),
        "target": [f"kind {rank * labels // rows}" for rank in ranks] if labels else np.round(amount, 4).tolist(),
    }
