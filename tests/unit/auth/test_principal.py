"""The name of a credential can be stored, whatever the subject of a token is."""

import json

import pytest

from mini_ml.adapters.auth.principal import Principal, name_of


@pytest.mark.parametrize(("name", "stored"), [("ana", "ana"), ("x" * 300, "x" * 200), ("a\ud800b", "a?b"), ("ü", "ü")])
def test_a_name_is_cut_and_can_be_encoded(name: str, stored: str) -> None:
    found = name_of(Principal(name=name, scopes=frozenset()))

    assert found == stored
    assert json.dumps(found, ensure_ascii=False).encode()
