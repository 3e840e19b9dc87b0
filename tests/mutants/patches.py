"""The mutants: patches that each remove one central mechanism and name the test that must fail."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_HEADER: Final = re.compile(r"\AMechanism: (.+)\nGuarantee: (\d+)\nTest: (\S+)\n")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A patch and the fields of its header."""

    patch: Path
    mechanism: str
    guarantee: int
    """Number of the guarantee in docs/guarantees.md."""
    test: str
    """Id of the test that fails without the mechanism."""


def load_mutants() -> list[Mutant]:
    """Load all mutants in the order of their numbers. Raises ValueError for an invalid header."""
    return [_load_mutant(patch) for patch in sorted(FOLDER.glob("*.patch"))]


def _load_mutant(patch: Path) -> Mutant:
    header = _HEADER.match(patch.read_text(encoding="utf-8"))
    if header is None:
        raise ValueError(f"{patch.name} must begin with the lines Mechanism, Guarantee and Test.")
    return Mutant(patch=patch, mechanism=header[1], guarantee=int(header[2]), test=header[3])
