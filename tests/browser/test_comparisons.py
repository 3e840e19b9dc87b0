"""Comparisons of versions in a browser: accessible and readable on a phone, in both themes, without effect of markup.

Needs Chromium; the tests are skipped where it is not installed.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from mini_ml.contracts import VersionComparison
from mini_ml.report.comparison_page import render_comparison
from mini_ml.report.language import Language
from tests.browser.chromium import PageFindings, Scheme, Visit, find_chromium, open_pages
from tests.browser.test_reports import HOSTILE, WINDOWS
from tests.unit.registry.published import compare_labels, compare_numbers

PLAIN: Final = compare_labels()
HOSTILE_SIDE: Final = PLAIN.versions[1].model_copy(
    update={
        "columns": {HOSTILE: "text"},
        "target": HOSTILE,
        "file": HOSTILE,
        "model_type": HOSTILE,
        "model_params": {HOSTILE: HOSTILE},
    }
)
COMPARISONS: Final[Mapping[str, VersionComparison]] = {
    "better": PLAIN,
    "regression": compare_numbers(),
    "too few rows": compare_labels(rows=40),
    "markup": PLAIN.model_copy(update={"versions": (PLAIN.versions[0], HOSTILE_SIDE)}),
    "long names": PLAIN.model_copy(
        update={
            "versions": (
                PLAIN.versions[0],
                PLAIN.versions[1].model_copy(
                    update={
                        "columns": {f"a long name of a column {number} " * 3: "numeric" for number in range(60)},
                        "model_params": {f"parameter_{number}": "x" * 200 for number in range(30)},
                    }
                ),
            )
        }
    ),
}
CASES: Final = [(name, *window) for name in COMPARISONS for window in WINDOWS]
Case = tuple[str, int, Scheme, Language]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Case, PageFindings]:
    """What Chromium found on every page, in every window."""
    find_chromium()
    folder, visits = tmp_path_factory.mktemp("comparisons"), []
    for number, (name, width, scheme, language) in enumerate(CASES):
        path = folder / f"{number}.html"
        path.write_bytes(render_comparison(COMPARISONS[name], fewest_rows=200, fewest_distinct=50, language=language))
        visits.append(Visit(path=path, width=width, scheme=scheme))
    return dict(zip(CASES, open_pages(visits), strict=True))


@every_case
def test_a_comparison_breaks_no_rule_of_accessibility(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert findings[case].violations == []


@every_case
def test_a_comparison_does_not_scroll_sideways(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert findings[case].width == case[1]


@every_case
def test_texts_of_figures_stay_within_them_and_can_be_read(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert (findings[case].outside, findings[case].small) == ([], 0)


@every_case
def test_a_comparison_loads_nothing_and_has_no_scripts(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert (findings[case].scripts, findings[case].events) == (0, [])


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_markup_in_names_does_nothing(
    findings: Mapping[Case, PageFindings], window: tuple[int, Scheme, Language]
) -> None:
    assert findings["markup", *window].hacked is None
