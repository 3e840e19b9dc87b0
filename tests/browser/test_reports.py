"""Reports in a browser: accessible, readable on a phone and on paper, in both themes, and without effect of markup.

They are of made-up models. Needs Chromium; the tests are skipped where it is not installed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from mini_ml.report.language import Language
from mini_ml.report.render import render_report
from tests.browser.chromium import PageFindings, Scheme, Visit, find_chromium, open_pages
from tests.fixtures.reported_models import make_manifest, make_profile

HOSTILE: Final = (
    "</style></title></svg></script><script>window.hacked = 1</script>"
    "<img src=x onerror='window.hacked = 1'><svg onload='window.hacked = 1'>"
    '" onfocus="window.hacked = 1" autofocus x="\' onclick=\'window.hacked = 1'
)
MODELS: Final[Mapping[str, dict[str, Any]]] = {
    "two classes": {},
    "seven classes": {"labels": [f"a label with a longer name {number}" for number in range(7)]},
    "26 classes": {"labels": [f"label {number}" for number in range(26)]},
    "250 classes, 60 columns": {"labels": [f"class {number}" for number in range(250)], "columns": 60},
    "wide labels": {"labels": ["MWMWMWMW 0", "MWMWMWMW 1", "WWWWWWW"], "target": "MMMMMMMMMMMMMMMMMMM"},
    "regression": {"labels": None},
    "two columns": {"labels": None, "columns": 1},
    "long names": {"target": "a long name of a target " * 4, "name": "a long name of a column " * 3 + "{}"},
    "markup": {
        "name": HOSTILE + "{}",
        "value": HOSTILE + "{}",
        "labels": [HOSTILE, f"{HOSTILE}2", "c"],
        "target": HOSTILE,
        "model_params": {HOSTILE: HOSTILE},
        "notes": (HOSTILE,),
    },
}
WINDOWS: Final[list[tuple[int, Scheme, Language]]] = [
    (360, "light", "en"),
    (360, "dark", "pt-BR"),
    (1280, "dark", "en"),
    (1280, "light", "pt-BR"),
]
CASES: Final = [(model, *window) for model in MODELS for window in WINDOWS]
PAPER: Final = ("two classes", 1280, "dark", "en")
Case = tuple[str, int, Scheme, Language]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages are."""
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def findings(folder: Path) -> Mapping[Case, PageFindings]:
    """What Chromium found on every report, in every window."""
    find_chromium()
    visits = []
    for number, case in enumerate(CASES):
        model, width, scheme, language = case
        manifest = make_manifest(**MODELS[model])
        profile = make_profile(manifest, value=MODELS[model].get("value", "{}"))
        path = folder / f"{number}.html"
        path.write_bytes(render_report(manifest, profile, language=language, values=True))
        pdf = folder / "report.pdf" if case == PAPER else None
        visits.append(Visit(path=path, width=width, scheme=scheme, pdf=pdf))
    return dict(zip(CASES, open_pages(visits), strict=True))


@every_case
def test_a_report_breaks_no_rule_of_accessibility(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert findings[case].violations == []


@every_case
def test_a_report_does_not_scroll_sideways(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert findings[case].width == case[1]


@every_case
def test_tables_that_a_phone_shows_as_lines_need_no_scrolling(
    findings: Mapping[Case, PageFindings], case: Case
) -> None:
    assert findings[case].cut == []


@every_case
def test_texts_of_figures_stay_within_them_and_can_be_read(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert (findings[case].outside, findings[case].small) == ([], 0)


@every_case
def test_a_report_loads_nothing_and_has_no_scripts(findings: Mapping[Case, PageFindings], case: Case) -> None:
    assert (findings[case].scripts, findings[case].events) == (0, [])


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_markup_in_names_and_values_does_nothing(
    findings: Mapping[Case, PageFindings], window: tuple[int, Scheme, Language]
) -> None:
    assert findings["markup", *window].hacked is None


@every_case
def test_a_report_has_the_theme_of_its_reader(findings: Mapping[Case, PageFindings], case: Case) -> None:
    expected = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 28)"}[case[2]]

    assert findings[case].background == expected


@every_case
def test_on_paper_a_report_is_light_and_everything_is_unfolded(
    findings: Mapping[Case, PageFindings], case: Case
) -> None:
    assert findings[case].printed == {"contents": "none", "background": "rgb(255, 255, 255)", "folded": 0}


def test_a_report_is_printed_as_a_pdf_of_a_few_pages(findings: Mapping[Case, PageFindings], folder: Path) -> None:
    assert findings[PAPER].printed

    pdf = (folder / "report.pdf").read_bytes()

    assert pdf.startswith(b"%PDF-")
    assert 3 <= pdf.count(b"/Type /Page\n") <= 12
