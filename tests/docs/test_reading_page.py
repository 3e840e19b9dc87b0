"""docs/reading.md agrees with the code that reads files."""

import re
from pathlib import Path

import pytest

from mini_ml.ml.cells.dates import FORMATS
from mini_ml.ml.cells.words import FALSE_WORDS, MISSING_WORDS, TRUE_WORDS
from mini_ml.ml.encoding.encoders import MOST_CATEGORIES, MOST_WORDS
from mini_ml.ml.records.header import DELIMITERS
from mini_ml.ml.records.issues import MOST_LISTED
from mini_ml.topology import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")


def quoted_after(text: str) -> set[str]:
    """Return the words in backticks on the line that begins with `text`."""
    line = next(line for line in PAGE.splitlines() if line.strip().startswith(text))
    return set(re.findall(r"`([^`]+)`", line))


def test_the_missing_words_are_all_listed() -> None:
    assert quoted_after("(empty)") == MISSING_WORDS - {""}


def test_the_words_for_yes_and_no_are_all_listed() -> None:
    said = quoted_after("- Yes and no are")

    assert {frozenset(words.split()) for words in said} >= {FALSE_WORDS, TRUE_WORDS}


@pytest.mark.parametrize("delimiter", [mark for mark in DELIMITERS if mark != "\t"])
def test_the_delimiters_are_listed(delimiter: str) -> None:
    assert f"`{delimiter}`" in PAGE


@pytest.mark.parametrize("form", FORMATS)
def test_every_date_format_is_listed(form: str) -> None:
    date, _, time = re.sub(r"[T ](?=%H)", "|", form).partition("|")

    assert f"`{date}`" in PAGE
    assert not time or f"`{time.removesuffix('%z')}`" in PAGE


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"the {MOST_CATEGORIES} commonest" in PAGE
    assert f"the {MOST_WORDS} commonest words" in PAGE
    assert f"the first {MOST_LISTED} by line" in PAGE
    assert f"wider than {Limits().encoded_width:,} columns" in PAGE
