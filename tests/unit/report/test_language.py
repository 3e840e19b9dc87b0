"""A reader gets a language that they understand, and both languages have every text."""

import re
from string import Formatter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import NoteCode
from mini_ml.ml.schema.data_warnings import SENTENCES
from mini_ml.report.language import LANGUAGES, choose_language
from mini_ml.report.texts import TEXTS
from mini_ml.report.texts_of_warnings import PORTUGUESE_WARNINGS, WITHOUT_CELLS
from mini_ml.report.words import Words


def fields_of(text: str) -> set[str]:
    """Return the names of the values in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("en-GB,pt-BR;q=0.9", "en"),
        ("en;q=0.2,pt;q=0.3", "pt-BR"),
        ("de,fr;q=0.9", "en"),
        ("de,pt;q=0.1", "pt-BR"),
        ("pt;q=0", "en"),
        ("*", "en"),
        ("PT-br", "pt-BR"),
        ("en;q=2, ;;;, pt;q=x", "en"),
    ],
)
def test_the_language_is_the_best_that_the_reader_understands(header: str | None, language: str) -> None:
    assert choose_language(header) == language


@given(header=st.text())
def test_every_header_gets_a_language(header: str) -> None:
    assert choose_language(header) in LANGUAGES


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_the_same(key: str) -> None:
    english, portuguese = TEXTS[key]

    assert english
    assert portuguese
    assert fields_of(english) == fields_of(portuguese)


def test_texts_for_one_thing_exist_only_beside_those_for_more() -> None:
    assert {key for key in TEXTS if key.endswith("_one") and key.removesuffix("_one") not in TEXTS} == set()


@pytest.mark.parametrize("code", SENTENCES)
def test_every_warning_has_a_portuguese_sentence_with_the_same_values(code: str) -> None:
    assert fields_of(PORTUGUESE_WARNINGS[code]) == fields_of(SENTENCES[code])


def test_warnings_that_quote_cells_have_sentences_without_them() -> None:
    quoting = {
        code
        for code, sentence in SENTENCES.items()
        if fields_of(sentence) & {"categories", "labels", "unit", "units", "words"}
    }

    assert set(WITHOUT_CELLS) == quoting | {"second_names"}
    assert {field for pair in WITHOUT_CELLS.values() for text in pair for field in fields_of(text)} == {"count"}


@pytest.mark.parametrize("code", get_args(NoteCode))
def test_every_note_of_a_profile_has_a_text(code: str) -> None:
    assert f"note_{code}" in TEXTS


def test_numbers_in_texts_are_written_as_the_language_does() -> None:
    assert Words("en")("note_sampled", rows=12_000) == "Computed on 12,000 rows, spread evenly over the file."
    assert Words("pt-BR")("note_sampled", rows=12_000) == "Calculado em 12.000 linhas, distribuídas por todo o arquivo."


def test_one_thing_is_not_several() -> None:
    assert Words("en").count("read_bad", 1) == "1 row that cannot be read left out"


@pytest.mark.parametrize("key", TEXTS)
def test_a_percent_sign_stays_on_the_line_of_its_number(key: str) -> None:
    assert [text for text in TEXTS[key] if re.search("[0-9] %", text)] == []
