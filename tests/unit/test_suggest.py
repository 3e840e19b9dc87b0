"""Suggestions for names that do not exist."""

import pytest

from mini_ml.suggest import did_you_mean, suggest

KNOWN = ["target_column", "model_type", "Sépala"]


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("target_colum", ["target_column"]),
        ("TARGET_COLUMN", ["target_column"]),
        ("sépala", ["Sépala"]),
        ("zzz", []),
        ("", []),
        ("target_column" * 10_000, []),
    ],
)
def test_the_most_similar_name_is_suggested_whatever_its_case(name: str, suggested: list[str]) -> None:
    assert suggest(name, KNOWN) == suggested


def test_a_stricter_similarity_suggests_less() -> None:
    assert suggest("target", KNOWN, min_similarity=0.6) == ["target_column"]
    assert suggest("target", KNOWN, min_similarity=0.9) == []


def test_the_hint_names_the_suggestions_or_says_something_else() -> None:
    assert did_you_mean("model_typ", KNOWN, otherwise="see /docs") == "did you mean `model_type`?"
    assert did_you_mean("zzz", KNOWN, otherwise="see /docs") == "see /docs"
