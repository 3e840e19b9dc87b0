"""Compare models that different programs train on the same real data.

python -m bench.quality             runs `auto` in both efforts and skrub on the reporting sets, and prints the tables
python -m bench.quality --peers     runs FLAML and AutoGluon, in environments of their own, and `auto`

Answers that are kept with `--results FOLDER` are not asked for again, so competitors can be run at different times:

python -m bench.quality --results FOLDER --competitors flaml-20,autogluon-30
python -m bench.quality --results FOLDER --competitors balanced,best --again
python -m bench.quality --results FOLDER --competitors none --write    compares all answers in the folder
"""

import argparse
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.quality.answers import read_answer
from bench.quality.choosing import CHOOSING
from bench.quality.competitors import COMPETITORS, PEERS, QUICK, run_competitor
from bench.quality.datasets import ALL
from bench.quality.definition import splits_of
from bench.quality.report import render, render_sets, with_part
from bench.quality.reporting import REPORTING
from bench.quality.summary import Document, answered_by, summarize
from tests.fixtures.environments import ROOT, environment_of

_GROUPS: Final = {"choosing": CHOOSING, "reporting": REPORTING}
_PAGE: Final = ROOT / "docs" / "quality.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run competitors that have not answered yet, and print the comparison of all answers."""
    options = _parse(arguments)
    names = list(_GROUPS.get(options.sets) or options.sets.split(","))
    if options.results is None:
        with TemporaryDirectory(prefix="mini-ml-quality-") as folder:
            _run_and_report(Path(folder), names, options)
    else:
        _run_and_report(options.results, names, options)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="run FLAML and AutoGluon too")
    parser.add_argument("--competitors", help=f"run these instead, or none: {', '.join(COMPETITORS)}")
    parser.add_argument("--sets", default="reporting", help="reporting, choosing, or names of sets")
    parser.add_argument("--splits", type=int, default=10, help="maximum number of splits of each set")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no other split after this time")
    parser.add_argument("--results", type=Path, help="keep the answers in this folder, and run what is absent there")
    parser.add_argument("--again", action="store_true", help="run the competitors even if their answers are there")
    parser.add_argument("--compare", help="compare these; all that have answers if it is not given")
    parser.add_argument("--write", action="store_true", help="write docs/quality.md, quality.json and quality.svg")
    return parser.parse_args(arguments)


def _run_and_report(folder: Path, names: Sequence[str], options: argparse.Namespace) -> None:
    """Run the competitors, then compare all that have answers in the folder."""
    _write_splits(folder / "data", names)
    end = time.monotonic() + 60 * options.minutes
    for name, split in _splits(names, options.splits):
        if time.monotonic() > end:
            break
        for competitor in _chosen(options):
            _run(competitor, folder, name, split, again=options.again)
    compared = options.compare.split(",") if options.compare else answered_by(folder)
    document = summarize(folder, names, compared)
    print(f"\n{render(document)}", flush=True)
    if options.write:
        write_page(_PAGE, document)


def write_page(page: Path, document: Document) -> None:
    """Write the tables into the page, and beside it the results and the plot."""
    results = page.with_suffix(".json")
    results.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    text = with_part(page.read_text(encoding="utf-8"), "quality results", render(document))
    page.write_text(with_part(text, "quality sets", render_sets()), encoding="utf-8")
    command = [environment_of("quality") / "bin" / "python", Path(__file__).with_name("plot.py")]
    subprocess.run([*command, results, page.with_suffix(".svg")], check=True)


def _chosen(options: argparse.Namespace) -> Sequence[str]:
    """Return the competitors to run."""
    if options.competitors is None:
        return PEERS if options.peers else QUICK
    return [] if options.competitors == "none" else list(options.competitors.split(","))


def _write_splits(folder: Path, names: Sequence[str]) -> None:
    """Write the files of sets whose files are absent."""
    absent = [name for name in names if not (folder / name / str(splits_of(ALL[name]) - 1) / "task.json").exists()]
    if absent:
        command = [
            str(environment_of("quality") / "bin" / "python"),
            "-m",
            "bench.quality.tables",
            "--split",
            str(folder),
        ]
        subprocess.run([*command, *absent], cwd=ROOT, check=True)


def _splits(names: Sequence[str], most: int) -> Iterator[tuple[str, int]]:
    """Yield the first split of each set, then the second of each one, and so on."""
    for split in range(most):
        yield from ((name, split) for name in names if split < splits_of(ALL[name]))


def _run(competitor: str, folder: Path, name: str, split: int, *, again: bool) -> None:
    answers = folder / "answers" / name / str(split)
    path = answers / f"{competitor}.npz"
    if not path.exists() or again:
        run_competitor(competitor, (folder / "data" / name / str(split)).resolve(), answers.resolve())
        answer = read_answer(path)
        print(
            f"{name} {split} {competitor}: {answer.error or f'{answer.fit_seconds:.1f} s, {answer.note}'}", flush=True
        )


if __name__ == "__main__":
    main()
