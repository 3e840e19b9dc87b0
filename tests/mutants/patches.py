"""The committed mutants: patches that each take one central mechanism out, and name the test that must notice."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_HEADER: Final = re.compile(r"\AMechanism: (.+)\nGuarantee: (\d+)\nTest: (\S+)\n")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A patch and what its header says of it."""

    patch: Path
    mechanism: str
    guarantee: int
    """Its number in docs/guarantees.md."""
    test: str
    """The test that fails without the mechanism, as pytest names it."""


def mutants() -> list[Mutant]:
    """Return all mutants in the order of their numbers. Raises ValueError where a header is not of its form."""
    return [_mutant(patch) for patch in sorted(FOLDER.glob("*.patch"))]


def _mutant(patch: Path) -> Mutant:
    header = _HEADER.match(patch.read_text(encoding="utf-8"))
    if header is None:
        raise ValueError(f"{patch.name} must begin with the lines Mechanism, Guarantee and Test.")
    return Mutant(patch=patch, mechanism=header[1], guarantee=int(header[2]), test=header[3])
