"""Write the sample datasets of this folder: `python samples/make.py`; every run gives the same bytes."""

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sklearn.datasets import load_diabetes, load_iris

Row = Iterable[object]

IRIS_HEADER = ("sepal.length", "sepal.width", "petal.length", "petal.width", "variety")
CUSTOMERS_HEADER = (
    "customer_id",
    "signed_up",
    "country",
    "plan",
    "monthly_fee",
    "newsletter",
    "last_login",
    "last_note",
    "churned",
)
COUNTRIES = ("Brazil", "Brazil", "Portugal", "Germany", "São Tomé", "")
PLANS = {"basic": 9.9, "plus": 19.9, "team": 49.0}
PRAISE = ("love the reports", "works as it should", "thanks for the quick help", "all good so far")
COMPLAINTS = (
    "export keeps failing",
    "too expensive for what it does",
    "support was slow, again",
    "please call me back",
)
SEED = 20260101


def main(folder: Path) -> None:
    """Write every sample into `folder`."""
    iris = list(_iris())
    _write(folder / "iris.csv", IRIS_HEADER, iris)
    _write(folder / "iris_predict.csv", IRIS_HEADER, _three_kinds_in_turn(iris))
    _write(folder / "diabetes.csv", *_diabetes())
    customers = list(_customers(420))
    _write(folder / "customers.csv", CUSTOMERS_HEADER, customers[:400])
    _write(folder / "customers_predict.csv", CUSTOMERS_HEADER[:-1], _unlabelled(customers[400:]))


def _write(path: Path, header: Iterable[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _iris() -> Iterator[Row]:
    flowers = load_iris()
    for numbers, kind in zip(flowers.data.tolist(), flowers.target, strict=True):
        yield (*numbers, str(flowers.target_names[kind]).capitalize())


def _three_kinds_in_turn(iris: list[Row]) -> list[Row]:
    """Return every tenth flower of each kind, so that the first few lines show all three."""
    return [iris[kind * 50 + position] for position in range(0, 50, 10) for kind in range(3)]


def _diabetes() -> tuple[list[str], list[Row]]:
    patients = load_diabetes(scaled=False)
    rows = zip(patients.data.tolist(), patients.target.tolist(), strict=True)
    return [*patients.feature_names, "progression"], [(*map(_short, numbers), _short(y)) for numbers, y in rows]


def _short(number: float) -> str:
    return f"{number:g}"


def _customers(count: int) -> Iterator[list[object]]:
    # Only Random.random() is promised to give the same numbers in every version of Python.
    roll = random.Random(SEED).random  # noqa: S311  # a sample, no secret
    for position in range(count):
        plan = list(PLANS)[int(roll() * 3)]
        joined = date(2023, 1, 1) + timedelta(days=int(roll() * 900))
        idle_days = int(roll() ** 2 * 120)
        unhappy = roll() < 0.35
        login = datetime(2025, 9, 30, int(roll() * 24), int(roll() * 60)) - timedelta(days=idle_days)
        fee = PLANS[plan] * (1 + 0.1 * int(roll() * 3))
        leaves = roll() < 0.08 + 0.5 * unhappy + 0.35 * (idle_days > 60)
        notes = COMPLAINTS if unhappy else PRAISE
        yield [
            f"C-{10_000 + position}",
            joined.isoformat(),
            COUNTRIES[int(roll() * len(COUNTRIES))],
            plan,
            "" if roll() < 0.06 else f"{fee:.2f}",
            ("yes", "no", "")[int(roll() * 2.2)],
            "" if roll() < 0.1 else login.strftime("%Y-%m-%d %H:%M"),
            "" if roll() < 0.15 else f"{notes[int(roll() * 4)]} ({position % 97})",
            "yes" if leaves else "no",
        ]


def _unlabelled(customers: list[list[object]]) -> Iterator[Row]:
    """Yield rows to score: no target, and one country that training never saw."""
    for position, customer in enumerate(customers):
        yield [*customer[:2], "Iceland" if position == 3 else customer[2], *customer[3:-1]]


if __name__ == "__main__":
    main(Path(__file__).parent)
