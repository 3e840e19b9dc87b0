"""Tables whose distribution is known, models trained on them, and the drift of rows that these score."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from mini_ml.contracts import ColumnDrift, DataWarning, Drift, Profile
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.drift import build_drift
from mini_ml.ml.scoring.drift_counts import DriftCounter, DriftCounts
from mini_ml.ml.scoring.drift_reference import build_drift_reference
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from tests.unit.ml_training.tables import LIMITS, train_on

HEADER = "size,colour,fragile,made,remark"
WORDS = ("small", "large", "round", "green", "heavy", "rather", "old", "new", "wooden", "broken")


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The distribution of the rows of a table."""

    mean: float = 0.0
    gaps: float = 0.1
    """Share of missing sizes."""
    colours: tuple[str, ...] = ("red", "red", "green", "blue")
    fragile: float = 0.5
    year: int = 2020
    remarks: bool = True

    def rows(self, count: int, seed: int) -> list[str]:
        """Return rows without a target."""
        random = np.random.default_rng(seed)
        return [
            ",".join(
                (
                    "" if random.random() < self.gaps else f"{random.normal(self.mean):.3f}",
                    self.colours[random.integers(len(self.colours))],
                    "yes" if random.random() < self.fragile else "no",
                    f"{self.year}-{random.integers(1, 13):02}-{random.integers(1, 29):02}",
                    " ".join(random.choice(WORDS, 4)) if self.remarks else "",
                )
            )
            for _ in range(count)
        ]

    def csv(self, count: int, seed: int) -> str:
        """Return rows to score."""
        return "\n".join([HEADER, *self.rows(count, seed), ""])


@dataclass(frozen=True)
class Trained:
    """A model and its profile."""

    model: FittedModel
    profile: Profile


def train_shop(folder: Path, target: str, model_type: str, *, rows: int = 2_000, drop: Sequence[str] = ()) -> Trained:
    """Train on rows whose target is about their size: `label`, or `price`."""
    random, path = np.random.default_rng(1), folder / f"{target}.csv"
    lines = []
    for row in Shop().rows(rows, seed=0):
        size = float(row.split(",")[0] or 0)
        noisy = size + random.normal(0, 0.2)
        lines.append(f"{row},{('low', 'high')[noisy > 0] if target == 'label' else f'{100 * noisy:.2f}'}")
    path.write_text("\n".join([f"{HEADER},{target}", *lines, ""]), encoding="utf-8")
    trained = train_on(path, model_type, target=target, drop=drop)
    return Trained(trained.model, trained.profile)


def count_batch(
    trained: Trained, csv: str, *, file_bytes: int = 0, chunk_bytes: int | None = None, threads: int = 1
) -> tuple[DriftCounts, Tally]:
    """Score a CSV and count its rows."""
    tally, counter = Tally(), DriftCounter(build_drift_reference(trained.model, trained.profile), file_bytes=file_bytes)
    parts = score_csv(
        trained.model,
        BytesIO(csv.encode()),
        limits=LIMITS,
        tally=tally,
        options=ScoreOptions(bad_rows="keep"),
        drift=counter,
        chunk_bytes=chunk_bytes,
        threads=threads,
    )
    assert b"".join(parts)
    assert counter.total is not None
    return counter.total, tally


def drift_of(trained: Trained, csv: str, *, file_bytes: int = 0) -> Drift:
    """Score a CSV and return its drift."""
    counts, tally = count_batch(trained, csv, file_bytes=file_bytes)
    return build_drift(trained.model, build_drift_reference(trained.model, trained.profile), counts, tally)


def warnings_of(trained: Trained, csv: str) -> list[DataWarning]:
    """Score a CSV and return the warnings about its drift."""
    counts, tally = count_batch(trained, csv)
    drift = build_drift(trained.model, build_drift_reference(trained.model, trained.profile), counts, tally)
    return [found for found in list_warnings(trained.model, tally, drift) if found.code.startswith("drifted_")]


def column_of(drift: Drift, name: str) -> ColumnDrift:
    """Return a column of a drift."""
    [found] = [column for column in drift.columns if column.name == name]
    return found


def drifted_columns(drift: Drift) -> list[str]:
    """Return the names of the columns that differ."""
    return [column.name for column in drift.columns if column.drifted]
