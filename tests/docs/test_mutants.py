"""The mutants of `make mutants` apply to the code, name existing tests, and are listed with their guarantee."""

import subprocess

import pytest

from tests.docs.pages import ROOT
from tests.docs.test_guarantees_page import GUARANTEES, collected_from
from tests.mutants.patches import Mutant, load_mutants

MECHANISMS = [
    "conditional manifest write",
    "intent",
    "lease",
    "digest check",
    "batch item failures",
    "idempotent job id",
    "unquote",
    "version id read",
    "auth dependency",
    "size limit",
]
MUTANTS = load_mutants()


def test_every_central_mechanism_has_its_mutant() -> None:
    assert [mutant.mechanism for mutant in MUTANTS] == MECHANISMS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.patch.stem)
def test_every_mutant_applies_to_the_code(mutant: Mutant) -> None:
    command = ["git", "apply", "--check", str(mutant.patch)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stderr == ""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.patch.stem)
def test_every_mutant_names_an_existing_test(mutant: Mutant) -> None:
    file, _, name = mutant.test.partition("::")

    assert name in collected_from(file)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.patch.stem)
def test_the_guarantee_of_a_mutant_names_it_and_its_test(mutant: Mutant) -> None:
    text = dict(GUARANTEES)[str(mutant.guarantee)]

    assert f"`tests/mutants/{mutant.patch.name}`" in text
    assert f"`{mutant.test}`" in text
