"""Measure online scoring of one row, with one client and with eight, compared with other ways to serve a model.

    python -m bench.online          compares with plain scikit-learn and the original example service
    python -m bench.online --full   compares with MLflow's scoring server too, in a separate environment

All servers run at the same time, one process each, and are measured in turns over persistent connections, so that other
load on the machine affects all of them.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sklearn.pipeline import Pipeline

from bench import recipe
from bench.load import Connection, percentile
from bench.local_platform import run_local_platform
from bench.results import Result, at_least, at_most
from mini_ml.client import Client
from mini_ml.contracts import TrainOptions
from mini_ml.local.listening import LOOPBACK, free_ports
from mini_ml.topology import ONE_THREAD

_WARM_UPS: Final = 3
_CLIENTS: Final = 8
_START_SECONDS: Final = 240.0
OURS: Final = "mini-ml"
_BARE: Final = "bare pipeline.predict"
_SEED: Final = "seed's recipe"
_SEED_IN_MEMORY: Final = "seed's recipe, model in memory"
_MLFLOW: Final = "MLflow"
_MAX_RATIOS: Final = {_BARE: 1.0, _MLFLOW: 0.15}
"""Goals: the highest ratio of our response time to that of each peer, for one row."""


@dataclass(frozen=True)
class _Repetitions:
    """Number and duration of the measurements."""

    rounds: int
    requests: int
    loads: int
    load_seconds: float


_QUICK: Final = _Repetitions(rounds=3, requests=15, loads=1, load_seconds=0.6)
_FULL: Final = _Repetitions(rounds=6, requests=50, loads=5, load_seconds=1.0)


def main(*, full: bool = False) -> list[Result]:
    """Run the benchmark and print a table per estimator."""
    repetitions = _FULL if full else _QUICK
    results = []
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        frame = recipe.build_table()
        frame.to_csv(folder / "rows.csv", index=False)
        (folder / "body.json").write_bytes(recipe.build_request(frame))
        services = stack.enter_context(run_local_platform(folder / "state")).services
        api, predict = services["api"], services["predict"]
        client, seed = stack.enter_context(Client(api)), stack.enter_context(_run_seed_service(folder))
        for model_type in recipe.ESTIMATORS:
            pipeline = recipe.fit(frame, recipe.build_estimator(model_type))
            servers = _train(client, folder, model_type, api=api, predict=predict) | {
                _SEED_IN_MEMORY: f"{seed}/in-memory/{model_type}",
                _SEED: f"{seed}/loaded-each-time/{model_type}",
            }
            results += _compare(model_type, frame, pipeline, servers, folder, repetitions, full=full)
        if full:
            servers = _train(client, folder, "auto", api=api, predict=predict)
            members = client.model_version("auto").members
            pipeline = recipe.fit(frame, recipe.build_ensemble(members))
            title = f"ensemble of {len(members)}"
            results += _compare(title, frame, pipeline, servers, folder, repetitions, full=full)
    return results


def _train(client: Client, folder: Path, model_type: str, *, api: str, predict: str) -> dict[str, str]:
    """Train a model type on the platform, and return the URLs that score with it."""
    model_name = model_type.lower()
    options = TrainOptions(target_column=recipe.TARGET, model_type=model_type)
    client.train(folder / "rows.csv", model_name=model_name, options=options)
    return {
        OURS: f"{predict}/models/{model_name}/invocations",
        f"{OURS}, through port 8000": f"{api}/models/{model_name}/invocations",
    }


def _compare(
    title: str,
    frame: pd.DataFrame,
    pipeline: Pipeline,
    servers: dict[str, str],
    folder: Path,
    repetitions: _Repetitions,
    *,
    full: bool,
) -> list[Result]:
    path = folder / f"{title.replace(' ', '-')}.joblib"
    recipe.save(pipeline, path)
    row = frame.drop(columns=recipe.TARGET).head(1)
    body = folder / "body.json"
    with ExitStack() as stack:
        if full:
            servers[_MLFLOW] = f"{stack.enter_context(_run_mlflow(path))}/invocations"
        single = _measure_single(servers, body.read_bytes(), lambda: pipeline.predict(row), repetitions)
        load = _measure_load(servers, body, repetitions)
    return _report(title, single, load)


def _measure_single(
    servers: Mapping[str, str], body: bytes, bare: Callable[[], Any], repetitions: _Repetitions
) -> dict[str, list[float]]:
    """Return the response times of each server with one client, and of plain scikit-learn, in seconds."""
    found: dict[str, list[float]] = {_BARE: [], **{name: [] for name in servers}}
    for _ in range(repetitions.rounds):
        found[_BARE] += _measure_turn(lambda: _measure(bare), repetitions)
        for name, url in servers.items():
            connection = Connection(url, body)  # a new one per turn: servers close idle connections
            found[name] += _measure_turn(connection.measure, repetitions)
            connection.close()
    return found


def _measure_turn(send: Callable[[], float], repetitions: _Repetitions) -> list[float]:
    for _ in range(_WARM_UPS):
        send()
    return [send() for _ in range(repetitions.requests)]


def _measure_load(
    servers: Mapping[str, str], body: Path, repetitions: _Repetitions
) -> dict[str, list[tuple[float, ...]]]:
    """Return responses per second and percentiles with eight clients, which run in a separate process."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in servers}
    for _ in range(repetitions.loads):
        for name, url in servers.items():
            arguments = (url, str(body), str(_CLIENTS), str(repetitions.load_seconds))
            command = [sys.executable, "-m", "bench.load", *arguments]
            printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found[name].append(tuple(float(number) for number in printed.split()))
    return found


def _report(title: str, single: Mapping[str, list[float]], load: Mapping[str, list[tuple[float, ...]]]) -> list[Result]:
    ours = statistics.median(single[OURS])
    rates = {name: statistics.median(rate for rate, *_ in runs) for name, runs in load.items()}
    print(f"\n{title}, one row of {len(recipe.NUMBERS) + len(recipe.WORDS)} columns\n")
    print("| server | p50, ms | p99, ms | p50, mini-ml / server ", end="")
    print("| 8 clients, responses/s | p99, ms | rate, mini-ml / server |\n|---|---|---|---|---|---|---|")
    for name, seconds in single.items():
        middle, slow = statistics.median(seconds), percentile(seconds, 0.99)
        cells = [f"{middle * 1000:.2f}", f"{slow * 1000:.2f}", f"{ours / middle:.2f}", "", "", ""]
        if name in rates:
            slowest = statistics.median(run[2] for run in load[name])
            cells[3:] = [f"{rates[name]:.0f}", f"{slowest:.1f}", f"{rates[OURS] / rates[name]:.1f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    ratios = {name: ours / statistics.median(single[name]) for name in (_BARE, _MLFLOW) if name in single}
    return [
        *(at_most(f"{title}, one row / {name}", ratio, _MAX_RATIOS[name]) for name, ratio in ratios.items()),
        *(at_least(f"{title}, 8 clients / {_SEED}", rates[OURS] / rates[_SEED], 10) for _ in [_SEED] if _SEED in rates),
    ]


def _measure(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


@contextmanager
def _run_seed_service(folder: Path) -> Iterator[str]:
    (port,) = free_ports(1)
    arguments = ("bench.seed_service:app", "--host", LOOPBACK, "--port", str(port), "--log-level", "warning")
    command = [sys.executable, "-m", "uvicorn", *arguments, "--no-access-log"]
    with _run_server(command, port, folder / "seed.log", {"MINI_ML_BENCH_MODELS": str(folder)}) as url:
        yield url


@contextmanager
def _run_mlflow(path: Path) -> Iterator[str]:
    """Run MLflow's scoring server, one worker, on the same pipeline."""
    from tests.fixtures.environments import environment_of  # only needed for the full run

    programs = environment_of("mlflow") / "bin"
    model, (port,) = path.with_suffix(".mlflow"), free_ports(1)
    subprocess.run([programs / "python", Path(__file__).with_name("mlflow_service.py"), path, model], check=True)
    arguments = ("--env-manager", "local", "--host", LOOPBACK, "--port", str(port), "--workers", "1")
    command = [str(programs / "mlflow"), "models", "serve", "--model-uri", str(model), *arguments]
    paths = f"{programs}{os.pathsep}{os.environ['PATH']}"
    with _run_server(command, port, path.with_suffix(".mlflow.log"), {"PATH": paths}) as url:
        yield url


@contextmanager
def _run_server(command: list[str], port: int, log: Path, variables: Mapping[str, str]) -> Iterator[str]:
    """Run a server while the block runs; it accepts connections when the block starts."""
    with log.open("wb") as output:
        environment = {**os.environ, **ONE_THREAD, **variables}
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
        try:
            _wait_for(port, server, log)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            os.killpg(server.pid, 15)
            server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{log.name} did not start: {log.read_text()[-2000:]}")


if __name__ == "__main__":
    main(full="--full" in sys.argv[1:])
