"""The competitors, and how each is run on a training file."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.quality.answers import read_answer, write_failure
from mini_ml.topology import ONE_THREAD
from tests.fixtures.environments import ROOT, environment_of
from tests.fixtures.workers import make_once

BEFORE: Final = "8fac7bc"
"""The last commit before `auto` compared ensembles."""
_TIMEOUT_SECONDS: Final = 1_800
_LEAST_SECONDS: Final = 1.0
"""Lowest time limit that is given."""


@dataclass(frozen=True, kw_only=True)
class Competitor:
    """A program that trains, and its options."""

    title: str
    runner: str
    environment: str | None = None
    """Name of the requirements of its environment; None is ours."""
    options: Mapping[str, Any] = field(default_factory=dict)
    same_seconds_as: str | None = None
    """The competitor whose time is the limit of this one."""
    commit: str | None = None
    """The commit of this project that trains; None is the present one."""

    @property
    def is_ours(self) -> bool:
        """Return whether this project trains."""
        return self.environment is None


COMPETITORS: Final[Mapping[str, Competitor]] = {
    "balanced": Competitor(title="Mini-ML, balanced", runner="run_ours", options={"effort": "balanced"}),
    "best": Competitor(title="Mini-ML, best", runner="run_ours", options={"effort": "best"}),
    "before": Competitor(title="Mini-ML before", runner="run_ours", commit=BEFORE),
    "skrub": Competitor(title="skrub", runner="run_skrub", environment="quality"),
    "flaml-same": Competitor(
        title="FLAML, same time", runner="run_flaml", environment="flaml", same_seconds_as="balanced"
    ),
    "flaml-20": Competitor(title="FLAML, 20 s", runner="run_flaml", environment="flaml", options={"seconds": 20}),
    "autogluon-30": Competitor(
        title="AutoGluon medium, 30 s",
        runner="run_autogluon",
        environment="autogluon",
        options={"presets": "medium_quality", "seconds": 30},
    ),
}
"""Every competitor, by name."""
QUICK: Final = ("balanced", "best", "skrub")
PEERS: Final = ("balanced", "flaml-same", "flaml-20", "autogluon-30")


def run_competitor(name: str, data: Path, answers: Path) -> None:
    """Train on the training file of a split, and write the answer.

    Args:
        name: of the competitor.
        data: the folder of the split.
        answers: the folder of the answers to this split.
    """
    competitor, path = COMPETITORS[name], answers / f"{name}.npz"
    answers.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    options = dict(competitor.options)
    if competitor.same_seconds_as:
        seconds = read_answer(answers / f"{competitor.same_seconds_as}.npz").fit_seconds
        options["seconds"] = max(_LEAST_SECONDS, seconds)
    command = [
        *(str(_python(competitor)), "-W", "ignore", "-m", f"bench.quality.runners.{competitor.runner}"),
        *(str(data), str(path), json.dumps(options)),
    ]
    try:
        done = subprocess.run(
            command, cwd=data, env=_variables(competitor), capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
        problem = done.stderr[-2000:]
    except subprocess.TimeoutExpired:
        problem = f"It did not end in {_TIMEOUT_SECONDS} s."
    if not path.exists():
        write_failure(path, problem)


def _python(competitor: Competitor) -> Path:
    if competitor.environment is None:
        return Path(sys.executable)
    return environment_of(competitor.environment) / "bin" / "python"


def _variables(competitor: Competitor) -> dict[str, str]:
    folders = [str(ROOT)] if competitor.commit is None else [str(_source_of(competitor.commit)), str(ROOT)]
    return {**os.environ, **ONE_THREAD, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": os.pathsep.join(folders)}


def _source_of(commit: str) -> Path:
    """Return a folder with the product's source of a commit."""

    def extract(folder: Path) -> None:
        packed = subprocess.run(["git", "archive", commit, "mini_ml"], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S607
        subprocess.run(["tar", "--extract", "--directory", folder], check=True, input=packed)  # noqa: S607

    return make_once(ROOT / ".tools" / f"source-{commit}", extract)
