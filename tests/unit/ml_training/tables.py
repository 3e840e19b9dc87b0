"""Small deterministic tables, and a function to train on them."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from mini_ml.contracts import Label, TrainOptions
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits

LIMITS = Limits()

MIXED_HEADER = "size,colour,fragile,made,remark"
UNSEEN_ROWS = f"""{MIXED_HEADER}
1.5,red,yes,2025-02-03,it is rather small and green
,,,,
9e300,ultraviolet,no,1971-12-31,never heard of it
n/a,blue,perhaps,someday,
"""
"""Rows to score: an ordinary one, an empty one, one of unseen extremes, one that parses badly."""


def write(path: Path, *lines: str) -> Path:
    """Write lines as a CSV and return its path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def train_on(
    path: Path,
    model_type: str = "auto",
    *,
    params: dict[str, JsonValue] | None = None,
    target: str | None = None,
    drop: Sequence[str] = (),
    limits: Limits = LIMITS,
) -> Trained:
    """Train with seed 0."""
    options = TrainOptions(
        target_column=target, model_type=model_type, model_params=params or {}, columns_to_drop=tuple(drop)
    )
    return train(path, options, limits=limits)


def predictions(model: FittedModel, csv: str | bytes) -> list[Label]:
    """Score a CSV and return its predictions in row order."""
    found: list[Label] = []
    parts = score_csv(
        model,
        BytesIO(csv.encode() if isinstance(csv, str) else csv),
        limits=LIMITS,
        tally=Tally(),
        options=ScoreOptions(only_predictions=True),
        on_predictions=lambda batch: found.extend(value for value in batch.values if value is not None),
    )
    b"".join(parts)
    return found


def mixed_rows(count: int) -> list[str]:
    """Return rows of a number, a category, a boolean, a date and a text, with a gap here and there."""
    random = np.random.default_rng(5)
    colours = ("red", "green", "blue", "")
    words = ("small", "large", "round", "green", "heavy", "rather", "old")
    rows = []
    for position in range(count):
        size = "" if random.random() < 0.1 else f"{random.normal(position % 3, 0.5):.3f}"
        colour = colours[position % 3 if random.random() < 0.6 else random.integers(4)]
        fragile = ("yes", "no", "")[random.integers(3)]
        made = f"20{random.integers(10, 25)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
        remark = f"it is {' '.join(random.choice(words, 3))}"
        rows.append(f"{size},{colour},{fragile},{made},{remark}")
    return rows


def mixed_labels(path: Path, count: int = 120) -> Path:
    """Write a mixed table whose target has three labels, two of them awkward."""
    labels = ("Kind A", "007", "ção")
    rows = (f"{row},{labels[position % 3]}" for position, row in enumerate(mixed_rows(count)))
    return write(path, f"{MIXED_HEADER},kind", *rows)


def mixed_numbers(path: Path, count: int = 120) -> Path:
    """Write a mixed table whose target is a positive number."""
    rows = (f"{row},{1.5 + position % 3 + position / count:.4f}" for position, row in enumerate(mixed_rows(count)))
    return write(path, f"{MIXED_HEADER},price", *rows)


def flowers(path: Path, count: int = 60) -> Path:
    """Write two numbers that tell two labels apart, most of the time."""
    random = np.random.default_rng(3)
    rows = (
        f"{random.normal(position % 2, 0.4):.4f},{random.normal(0, 1):.4f},{('rose', 'tulip')[position % 2]}"
        for position in range(count)
    )
    return write(path, "width,height,flower", *rows)
