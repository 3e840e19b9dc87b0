"""Render the reports of nine data sets and take pictures of them, to look at: no test can say whether a page is clear.

.venv/bin/python -m bench.reports FOLDER [NAME…]

Writes NAME-LANGUAGE.html and NAME-LANGUAGE-WIDTH-THEME.png for every data set, and prints what breaks a rule of
tests/browser.
The tables are written in the environment of `requirements/quality.txt`; Chromium must be installed.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.quality.choosing import CHOOSING
from bench.quality.definition import DataSet, Task
from bench.quality.reporting import REPORTING
from bench.quality.tables import table_of

if TYPE_CHECKING:
    from mini_ml.contracts import Manifest, Profile

_WIDTHS: Final = (360, 1280)
_FLIGHTS: Final = "flights of 2013 from New York, Bureau of Transportation Statistics"


@dataclass(frozen=True, kw_only=True)
class ReportedSet:
    """A data set, and how many of its labels are kept."""

    dataset: DataSet
    labels: int | None = None
    """The most frequent ones; None keeps all."""
    columns: tuple[str, ...] = ()
    """The columns that are kept beside the target; none for all of them."""


def _describe(package: str, item: str, origin: str, target: str, task: Task, *, rows: int | None = None) -> DataSet:
    return DataSet(package=package, item=item, origin=origin, target=target, task=task, about="", rows=rows)


_ROUTE: Final = ("month", "dep_time", "carrier", "origin", "air_time", "distance", "time_hour")
SETS: Final = {
    "two-classes": ReportedSet(dataset=REPORTING["tumors"]),
    "26-classes": ReportedSet(
        dataset=_describe("nycflights13", "flights", _FLIGHTS, "dest", "multiclass", rows=20_000),
        labels=26,
        columns=_ROUTE,
    ),
    "250-classes": ReportedSet(
        dataset=_describe("nycflights13", "flights", _FLIGHTS, "tailnum", "multiclass", rows=60_000),
        labels=250,
        columns=_ROUTE,
    ),
    "imbalanced": ReportedSet(dataset=CHOOSING["caravan"]),
    "regression": ReportedSet(dataset=CHOOSING["diabetes"]),
    "dates": ReportedSet(dataset=CHOOSING["ridership"]),
    "text": ReportedSet(dataset=CHOOSING["tweets"]),
    "two-columns": ReportedSet(
        dataset=_describe("datasets", "cars", "cars of the 1920s, M. Ezekiel", "dist", "regression")
    ),
    "500-columns": ReportedSet(
        dataset=_describe("dslabs", "tissue_gene_expression", "genes of tissues, R. Irizarry", "y", "multiclass")
    ),
}


def main(folder: Path, *names: str) -> None:
    """Train a model of every data set, and write its pages and their pictures."""
    from tests.fixtures.environments import ROOT, environment_of

    names = names or tuple(SETS)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as workdir:
        python = environment_of("quality") / "bin" / "python"
        subprocess.run([python, "-m", "bench.reports", "--tables", workdir, *names], cwd=ROOT, check=True)
        for name in names:
            manifest, profile = _train(name, Path(workdir))
            _write_pages(folder, name, manifest, profile)
            print(f"{name}: {profile.seconds:.1f} s for the figures", flush=True)
    _take_pictures(folder, names)


def write_table(name: str, folder: Path) -> None:
    """Write the table of a data set as a CSV."""
    asked = SETS[name]
    table: Any = table_of(asked.dataset)
    target = asked.dataset.target
    if asked.labels is not None:
        table = table[table[target].isin(table[target].value_counts().index[: asked.labels])]
    if asked.columns:
        table = table[[*asked.columns, target]]
    table.to_csv(folder / f"{name}.csv", index=False)


def _train(name: str, workdir: Path) -> "tuple[Manifest, Profile]":
    from mini_ml.adapters.memory.cloud import memory_cloud
    from mini_ml.registry import versions
    from mini_ml.registry.profiles import load_profile
    from mini_ml.topology import STAGES
    from mini_ml.workflows.train import train_upload

    cloud = memory_cloud(stage=STAGES["local"])
    key, body = f"train/{name}/{name}.csv", (workdir / f"{name}.csv").read_bytes()
    cloud.uploads.put(key, body, metadata={"target-column": SETS[name].dataset.target})
    train_upload(cloud, cloud.queues["train"].messages.pop(), workdir=workdir)
    manifest = versions.load_manifest(cloud.artifacts, name, 1)
    profile = load_profile(cloud, manifest)
    assert profile is not None
    return manifest, profile


def _write_pages(folder: Path, name: str, manifest: "Manifest", profile: "Profile") -> None:
    from mini_ml.report.language import LANGUAGES
    from mini_ml.report.render import render_report

    for language in LANGUAGES:
        page = render_report(manifest, profile, language=language, values=True)
        (folder / f"{name}-{language}.html").write_bytes(page)


def _take_pictures(folder: Path, names: tuple[str, ...]) -> None:
    from mini_ml.report.language import LANGUAGES
    from tests.browser.chromium import SCHEMES, Visit, open_pages

    visits = [
        Visit(
            path=folder / f"{name}-{language}.html",
            width=width,
            scheme=scheme,
            picture=folder / f"{name}-{language}-{width}-{scheme}.png",
        )
        for name in names
        for language in LANGUAGES
        for width in _WIDTHS
        for scheme in SCHEMES
    ]
    for visit, found in zip(visits, open_pages(visits), strict=True):
        if found.violations or found.outside or found.small or found.width != visit.width:
            print(f"{visit.picture}: {found.violations} {found.outside} {found.small} {found.width}")


if __name__ == "__main__":
    if sys.argv[1] == "--tables":
        for table_name in sys.argv[3:]:
            write_table(table_name, Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
