"""The page of a comparison says the verdict in both languages, escapes every name, and stays small."""

from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.contracts import ComparisonNoteCode, ComparisonVerdict, Obstacle, VersionComparison
from mini_ml.registry.comparison_words import METRIC_WORDS
from mini_ml.report.comparison_page import render_comparison
from mini_ml.report.language import LANGUAGES, Language
from mini_ml.report.texts import TEXTS
from mini_ml.report.words import Words
from tests.fixtures.responses import MANIFEST
from tests.unit.registry.published import compare_labels


class Reader(HTMLParser):
    """Collects the elements, the attributes and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text = f"{self.text} {data}"


def read(found: VersionComparison, language: Language = "en") -> Reader:
    reader = Reader()
    reader.feed(render_comparison(found, fewest_rows=200, fewest_distinct=50, language=language).decode())
    return reader


PLAIN = compare_labels()


@pytest.mark.parametrize(
    ("language", "verdict", "number"),
    [("en", "Version 2 is better than version 1.", "0.593"), ("pt-BR", "A versão 2 é melhor que a 1.", "0,593")],
)
def test_the_verdict_and_the_numbers_are_in_the_language_of_the_page(
    language: Language, verdict: str, number: str
) -> None:
    page = read(PLAIN, language)

    assert verdict in page.text
    assert number in page.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", get_args(ComparisonVerdict))
def test_every_verdict_has_its_sentence(language: Language, verdict: ComparisonVerdict) -> None:
    shown = read(PLAIN.model_copy(update={"verdict": verdict, "obstacle": "task"}), language)

    assert TEXTS[f"verdict_{verdict}"][LANGUAGES.index(language)].partition("{")[0] in shown.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "held out 300 rows in common, but they repeat 3 different rows, and at least 50 different ones are needed",
        ),
        ("pt-BR", "linhas em comum, mas elas repetem 3 linhas diferentes, e são necessárias pelo menos 50 diferentes"),
    ],
)
def test_the_page_says_that_too_few_rows_differ(language: Language, words: str) -> None:
    few = PLAIN.model_copy(
        update={"verdict": "too_few_rows", "common_rows": 300, "distinct_rows": 3, "differences": ()}
    )

    assert words in read(few, language).text


def test_every_obstacle_note_and_metric_has_words_in_both_languages() -> None:
    needed = {
        *(f"obstacle_{one}" for one in get_args(Obstacle)),
        *(f"remark_{one}" for one in get_args(ComparisonNoteCode)),
        *(f"metric_{one}" for one in METRIC_WORDS),
    }

    assert needed - TEXTS.keys() == set()
    assert [key for key in needed if not all(TEXTS[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_are_shown_in_the_language_of_the_page(language: Language) -> None:
    dataset = {**MANIFEST["dataset"], "holdout_rows": 1_300}
    page = read(compare_labels(first={"dataset": dataset}, second={"refitted": True}), language)

    words = Words(language)
    assert words("remark_fitted_rows", count=1_000, rows=1_300, version="1", other="2") in page.text
    assert words("remark_refitted", version="2") in page.text


def test_columns_and_parameters_stand_side_by_side() -> None:
    first = {"schema": {"columns": [{"name": "size", "kind": "numeric"}, {"name": "unchanged", "kind": "text"}]}}
    second = {"schema": {"columns": [{"name": "size", "kind": "categorical"}, {"name": "unchanged", "kind": "text"}]}}
    found = compare_labels(
        first={**first, "model_params": {"alpha": 0.5}}, second={**second, "model_params": {"alpha": 2, "deep": True}}
    )

    text = " ".join(read(found).text.split())

    assert "size number category" in text
    assert "unchanged" not in text
    assert "alpha 0.5 2" in text
    assert "deep – yes" in text


NAMES = st.text(min_size=1, max_size=80) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "`<b>`", "&lt;i&gt;", "</svg><b>"]
)


@settings(max_examples=40)
@given(NAMES, NAMES, NAMES)
def test_no_markup_in_any_name_gets_out(column: str, target: str, value: str) -> None:
    side = PLAIN.versions[1].model_copy(
        update={"columns": {column: "text"}, "target": target, "file": value, "model_params": {column: value}}
    )
    found = PLAIN.model_copy(update={"versions": (PLAIN.versions[0], side), "model_name": "iris"})

    page, plain = read(found), read(PLAIN)

    assert page.tags - plain.tags <= {"th", "h3", "code"}
    assert page.attributes == plain.attributes
    assert "49" not in page.text or "49" in column + target + value + plain.text


def test_the_page_of_many_columns_and_parameters_is_small_and_says_what_it_leaves_out() -> None:
    many = {f"a long name of a column {number}": "numeric" for number in range(2_000)}
    params = {f"parameter {number}": "x" * 1_000 for number in range(2_000)}
    side = PLAIN.versions[1].model_copy(update={"columns": many, "model_params": params})
    found = PLAIN.model_copy(update={"versions": (PLAIN.versions[0], side)})

    page = render_comparison(found, fewest_rows=200, fewest_distinct=50, language="en")

    assert len(page) < 200_000
    assert b"1,900 more columns differ." in page
    assert b"1,900 more parameters." in page
