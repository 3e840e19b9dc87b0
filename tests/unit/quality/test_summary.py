"""The summary compares competitors by the splits that all of them answered, and the page is made from it."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.quality import report
from bench.quality.answers import write_failure
from bench.quality.report import render, with_part
from bench.quality.reporting import REPORTING
from bench.quality.summary import Document, answered_by, summarize
from tests.fixtures.environments import ROOT

TRUTH = ["yes", "no"] * 100


def results(folder: Path, sure: dict[str, float], *, splits: int = 2) -> Path:
    """Write answers about `crashes` that give the right class a probability, by competitor."""
    for split in range(splits):
        data, answers = (folder / name / "crashes" / str(split) for name in ("data", "answers"))
        data.mkdir(parents=True)
        answers.mkdir(parents=True)
        for file, rows in (("train.csv", 4), ("truth.csv", 1)):
            (data / file).write_text("\n".join(["arr_delay", *TRUTH * rows]) + "\n")
        for competitor, right in sure.items():
            _write(answers / f"{competitor}.npz", right)
    return folder


def _write(path: Path, right: float) -> None:
    """Write probabilities that differ a little from row to row, as a model's do."""
    noise = np.linspace(-0.01, 0.01, len(TRUTH))
    yes = np.array([right if label == "yes" else 1 - right for label in TRUTH]) + noise
    np.savez_compressed(
        path,
        predictions=np.column_stack([1 - yes, yes]),
        classes=np.array(["no", "yes"]),
        fit_seconds=9.0,
        row_seconds=0.001,
        model_bytes=2_000_000,
        note="",
    )


def compare(folder: Path) -> Document:
    return summarize(folder, ["crashes", "storms"], answered_by(folder))


def test_the_surer_model_wins(tmp_path: Path) -> None:
    found = compare(results(tmp_path, {"balanced": 0.8, "skrub": 0.7}))

    (comparison,) = found["comparisons"]
    assert (comparison["ours"], comparison["theirs"]) == ("balanced", "skrub")
    assert (comparison["wins"], comparison["ties"], comparison["losses"]) == (1, 0, 0)
    assert found["overall"]["balanced"]["rank"] == 1
    assert found["sets"]["crashes"]["rows"] == 1_000


def test_splits_that_one_competitor_did_not_answer_are_left_out(tmp_path: Path) -> None:
    folder = results(tmp_path, {"balanced": 0.8, "skrub": 0.7})
    (folder / "answers" / "crashes" / "1" / "skrub.npz").unlink()

    found = compare(folder)

    assert found["sets"]["crashes"]["splits"] == 1


def test_a_set_without_a_common_split_is_left_out(tmp_path: Path) -> None:
    folder = results(tmp_path, {"balanced": 0.8, "skrub": 0.7}, splits=1)
    _write(folder / "answers" / "crashes" / "0" / "best.npz", 0.9)
    (folder / "answers" / "crashes" / "0" / "skrub.npz").unlink()
    (folder / "answers" / "storms" / "0").mkdir(parents=True)
    _write(folder / "answers" / "storms" / "0" / "skrub.npz", 0.9)

    found = compare(folder)

    assert found["sets"] == {}
    assert render(found) == "No split has the answers of all competitors."


def test_a_failure_is_counted_and_has_the_skill_of_the_baseline(tmp_path: Path) -> None:
    folder = results(tmp_path, {"balanced": 0.8, "skrub": 0.7})
    for split in range(2):
        write_failure(folder / "answers" / "crashes" / str(split) / "skrub.npz", "Traceback\nno memory\n")

    found = compare(folder)["sets"]["crashes"]["results"]["skrub"]

    assert found["skill"] == pytest.approx(0)
    assert (found["failed"], found["note"], found["fit_seconds"]) == (2, "no memory", None)


def test_goals_that_are_missed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_ENOUGH_SETS", 1)
    text = render(compare(results(tmp_path, {"balanced": 0.7, "before": 0.8, "flaml-20": 0.8})))

    goals = [line for line in text.splitlines() if line.endswith(("| met |", "| missed |"))]
    assert goals == [
        "| Mini-ML, balanced wins as often as it loses against FLAML, 20 s | 0 wins, 1 losses | missed |",
        "| Mini-ML, balanced takes at most 8 s | 9.0 s | missed |",
        "| Mini-ML, balanced is nowhere worse than Mini-ML before | crashes | missed |",
    ]


def test_goals_are_not_judged_on_a_few_sets(tmp_path: Path) -> None:
    text = render(compare(results(tmp_path, {"balanced": 0.8, "before": 0.7})))

    assert "| Mini-ML, balanced takes at most 8 s | 9.0 s | not judged on fewer than 12 sets |" in text


def test_the_best_score_of_a_set_is_bold(tmp_path: Path) -> None:
    text = render(compare(results(tmp_path, {"balanced": 0.8, "skrub": 0.7})))

    assert "| crashes | 2 | log loss (accuracy) | **0.223 (1.000)** | 0.357 (1.000) |" in text


def test_the_tables_say_how_much_of_the_data_they_are_about(tmp_path: Path) -> None:
    text = render(compare(results(tmp_path, {"balanced": 0.8, "skrub": 0.7})))

    assert text.startswith(
        f"Splits that all competitors answered: 2, of 1 sets. Of the {len(REPORTING)} sets for reporting, 1 are"
    )


def test_the_page_shows_the_stored_results() -> None:
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    document = json.loads((ROOT / "docs" / "quality.json").read_text(encoding="utf-8"))

    assert with_part(page, "quality results", render(document)) == page


def test_the_text_replaces_only_its_part_of_the_page() -> None:
    page = "a\n<!-- x: begin -->\n\nold\n\n<!-- x: end -->\nb\n"

    assert with_part(page, "x", "new") == "a\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nb\n"


def test_a_page_without_the_part_is_rejected() -> None:
    with pytest.raises(SystemExit, match="The page has no part"):
        with_part("a\n", "x", "new")
