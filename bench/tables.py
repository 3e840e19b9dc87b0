"""Deterministic benchmark tables with 20 mixed columns and a target; the content depends on the number of rows only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

TARGET: Final = "label"
_BLOCK_ROWS: Final = 50_000
_LEVELS: Final = {"region": 4, "product": 12, "channel": 6, "shop": 60, "segment": 25}
_FLOATS: Final = 9
_BRAZILIAN: Final = str.maketrans(",.", ".,")


def write_table(path: Path, rows: int) -> None:
    """Write a CSV of ten decimal columns (one with gaps), three integers, five categories, a boolean and a date."""
    with path.open("w", newline="") as target:
        for block, start in enumerate(range(0, rows, _BLOCK_ROWS)):
            table = _build_block(min(_BLOCK_ROWS, rows - start), np.random.default_rng([7, block]))
            table.to_csv(target, index=False, header=start == 0, lineterminator="\n")


def write_dirty_table(path: Path, rows: int) -> None:
    """Write a CSV as a Brazilian spreadsheet saves it: amounts in R$, weights in kg with gaps and words, and dates."""
    random = np.random.default_rng(11)
    with path.open("w", newline="", encoding="utf-8") as target:
        target.write("data;valor;peso;cidade;ativo;nota;label\n")
        for start in range(0, rows, _BLOCK_ROWS):
            target.writelines(_build_dirty_rows(min(_BLOCK_ROWS, rows - start), random))


def _build_dirty_rows(rows: int, random: np.random.Generator) -> Iterator[str]:
    minutes = np.datetime64("2019-01-01T00:00") + random.integers(0, 2_600_000, rows)
    amounts, weights = random.uniform(0, 90_000, rows), random.uniform(1, 99, rows)
    cities = np.array(["São Paulo", "Rio de Janeiro", "Recife", "Natal", ""])[random.integers(0, 5, rows)]
    gaps, grades = random.random(rows), random.integers(0, 11, rows)
    for moment, amount, weight, city, gap, grade in zip(
        minutes.tolist(), amounts, weights, cities, gaps, grades, strict=True
    ):
        money = f"{amount:,.2f}".translate(_BRAZILIAN)
        kilos = "" if gap < 0.05 else "n/d" if gap < 0.07 else f"{weight:.1f} kg".translate(_BRAZILIAN)
        active, label = "sim" if gap < 0.5 else "não", "high" if amount > 45_000 else "low"
        yield f"{moment:%d/%m/%Y %H:%M};R$ {money};{kilos};{city};{active};{grade};{label}\n"


def _build_block(rows: int, random: np.random.Generator) -> pd.DataFrame:
    columns: dict[str, object] = {}
    score = np.zeros(rows)
    for place in range(_FLOATS):
        values = np.round(random.normal(10 * place, 1 + place, rows), 4)
        score += (values - 10 * place) / (1 + place) * (1 if place % 2 else -1)
        columns[f"measure_{place}"] = values
    columns["gappy"] = np.where(random.random(rows) < 0.05, np.nan, np.round(random.exponential(50, rows), 2))
    for place in range(3):
        columns[f"count_{place}"] = random.poisson(5 * 10**place, rows)
    for name, levels in _LEVELS.items():
        codes = random.integers(0, levels, rows)
        score += (codes % 3) - 1
        columns[name] = np.array([f"{name} {level}" for level in range(levels)])[codes]
    columns["member"] = np.where(random.random(rows) < 0.5, "yes", "no")
    days = np.datetime64("2024-01-01") + random.integers(0, 700, rows)
    columns["day"] = days.astype(str)
    columns[TARGET] = np.where(score + random.normal(0, 1, rows) > 0, "stays", "leaves")
    return pd.DataFrame(columns)
