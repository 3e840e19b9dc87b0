"""Measures the embedded cloud, warm: upload to finished job, one row online, memory of each process.

    .venv/bin/python -m bench.embedded

Every figure has a ratio to bare scikit-learn in the same run, since machines are noisy and absolute times do not
travel.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from mini_ml.client import Client
from mini_ml.local import samples
from mini_ml.local.embedded import running
from mini_ml.local.listening import free_ports
from mini_ml.local.settings import LocalSettings

_WARM_UPS = 3
_TRAININGS = 15
_REQUESTS = 300
_ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


def main() -> None:
    """Run and print a table."""
    bare_fit, bare_predict = _bare()
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as folder:
        api, trainer, predict, emulator = free_ports(4)
        settings = LocalSettings(
            state_dir=Path(folder), api_port=api, trainer_port=trainer, predict_port=predict, emulator_port=emulator
        )
        with running(settings, report=print) as addresses, Client(addresses.rooms["api"]) as client:
            forest = {"target_column": "variety", "model_type": "RandomForestClassifier"}
            train = _median(
                lambda: client.train(samples.path("iris.csv"), model_name="iris", options=forest), _TRAININGS
            )
            through_api = _median(lambda: client.invoke("iris", [_ROW]), _REQUESTS)
            with Client(addresses.rooms["predict"]) as direct:
                online = _median(lambda: direct.invoke("iris", [_ROW]), _REQUESTS)
            memory = _memory()
    print("| what | median | ratio |\n|---|---|---|")
    print(f"| bare RandomForestClassifier.fit on iris | {bare_fit * 1000:.0f} ms | 1 |")
    print(f"| POST /train of iris until the job is done, warm | {train * 1000:.0f} ms | {train / bare_fit:.2f} |")
    print(f"| bare forest.predict of one row as a DataFrame | {bare_predict * 1000:.2f} ms | 1 |")
    print(f"| one row online, to the predict room | {online * 1000:.2f} ms | {online / bare_predict:.2f} |")
    print(f"| one row online, through port 8000 | {through_api * 1000:.2f} ms | {through_api / bare_predict:.2f} |")
    print("\n| process | resident MiB |\n|---|---|")
    for name, mebibytes in memory:
        print(f"| {name} | {mebibytes:.0f} |")


def _bare() -> tuple[float, float]:
    """Return the seconds that scikit-learn alone takes to fit the forest, and to predict one row."""
    table = pd.read_csv(samples.path("iris.csv"))
    features, target = table.drop(columns="variety"), table["variety"]
    forest = RandomForestClassifier(random_state=0)
    row = features.head(1)
    fit = _median(lambda: forest.fit(features, target), _TRAININGS)
    return fit, _median(lambda: forest.predict(row), _REQUESTS)


def _median(action: Callable[[], object], times: int) -> float:
    for _ in range(_WARM_UPS):
        action()
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _memory() -> list[tuple[str, float]]:
    """Return the resident memory of this process's children, by what they run."""
    command = ["ps", "-eo", "pid,ppid,rss,args"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()[1:]]
    pid = str(os.getpid())
    return [(_label(args), int(rss) / 1024) for _, parent, rss, args in rows if parent == pid and "ps -eo" not in args]


def _label(args: str) -> str:
    return " ".join(word for word in args.split()[1:] if not word.startswith("-"))[:60]


if __name__ == "__main__":
    main()
