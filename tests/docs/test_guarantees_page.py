"""docs/guarantees.md lists all guarantees, and every test that it names exists."""

import ast
import re
from functools import cache

import pytest

from tests.docs.pages import ROOT, page

PAGE = page("docs/guarantees.md")
GUARANTEES = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", PAGE.text, re.MULTILINE | re.DOTALL)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE.text)))
NOT_YET: list[str] = []


@cache
def collected_from(file: str) -> frozenset[str]:
    """Return the names of the tests that pytest would collect from a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def test_all_guarantees_are_listed_in_order() -> None:
    assert [int(number) for number, _ in GUARANTEES] == list(range(1, 35))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_named_test_exists(file: str, name: str) -> None:
    assert name in collected_from(file)


def test_every_kept_guarantee_names_a_test() -> None:
    without = [number for number, text in GUARANTEES if "::test_" not in text]

    assert without == NOT_YET


def test_every_kept_guarantee_says_what_it_was_tried_against() -> None:
    silent = [number for number, text in GUARANTEES if "Tried against: " not in text]

    assert silent == NOT_YET


def test_every_other_guarantee_says_that_it_is_not_kept() -> None:
    assert [number for number, text in GUARANTEES if "Not yet:" in text] == NOT_YET
    assert [number for number, text in GUARANTEES if "Partly:" in text] == []
