"""Measure the import time of each service, with bytecode, compared with `import sklearn.ensemble`.

python -m bench.cold
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Final

from bench.results import Result, at_most

_TURNS: Final = 3
_PEER: Final = "sklearn.ensemble"
_MODULES: Final[Mapping[str, str]] = {
    _PEER: "import sklearn.ensemble",
    "functions.api.handler": "api, as a function",
    "functions.predict.handler": "predict, as a function",
}
_GOALS: Final = {"functions.api.handler": 0.43, "functions.predict.handler": 1.25}
_VARIABLES: Final = {
    "MINI_ML_STAGE": "dev",
    "MINI_ML_UPLOADS_BUCKET": "uploads",
    "MINI_ML_ARTIFACTS_BUCKET": "artifacts",
    "MINI_ML_TRAIN_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/train",
    "MINI_ML_PREDICT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/predict",
    "MINI_ML_SEAL_KEY": "0123456789abcdef",
    "MINI_ML_AUTH": "off",
    # Lambda provides credentials; without them botocore would look for them on the network.
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # as in the images
}


def main() -> list[Result]:
    """Run in turns and print a table, without the start of the interpreter itself."""
    seconds_of: dict[str, list[float]] = {module: [] for module in ("sys", *_MODULES)}
    for module in seconds_of:
        _measure_seconds(module)  # writes missing bytecode
    for _ in range(_TURNS):
        for module, seconds in seconds_of.items():
            seconds.append(_measure_seconds(module))
    medians = {module: statistics.median(seconds) for module, seconds in seconds_of.items()}
    peer = medians[_PEER] - medians["sys"]
    print("\n| import, with bytecode | s | ratio |\n|---|---|---|")
    ratios = {module: (medians[module] - medians["sys"]) / peer for module in _MODULES}
    for module, name in _MODULES.items():
        print(f"| {name} | {ratios[module] * peer:.2f} | {ratios[module]:.2f} |", flush=True)
    return [at_most(f"cold start, {_MODULES[module]}", ratios[module], goal) for module, goal in _GOALS.items()]


def _measure_seconds(module: str) -> float:
    """Import a module in a new process, and return how long that process took."""
    started = time.perf_counter()
    program = f"import os, {module}; os._exit(0)"  # exit at once: cleanup is not part of the start
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **_VARIABLES}, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
