"""Open pages in Chromium, and read what a program in an environment of its own found there."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import pytest

from tests.fixtures.environments import environment_of

Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = get_args(Scheme)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A page, and how it is opened."""

    path: Path
    width: int
    """Of the window, in pixels."""
    scheme: Scheme
    pdf: Path | None = None
    """Where to print it; None does not print."""
    picture: Path | None = None
    """Where to write a picture of all of it; None takes none."""


@dataclass(frozen=True, kw_only=True)
class PageFindings:
    """What was found on a page."""

    width: int
    """Of the page, in pixels: more than that of the window if the page scrolls sideways."""
    scripts: int
    hacked: object
    """What a script of an attacker has set; None if none ran."""
    background: str
    outside: list[str]
    """Texts of figures that are not within their figure."""
    small: int
    """Number of texts of figures that are too small to read."""
    cut: list[str]
    """Tables that a phone shows as lines, and that are wider than the page all the same."""
    violations: list[str]
    """Rules of accessibility that are broken, by axe-core."""
    printed: dict[str, Any]
    """The contents, the background and the number of folded tables on paper."""
    events: list[str]
    """Dialogs, messages of the console, errors, and requests for anything but the page."""


def find_chromium() -> str:
    """Return the path of Chromium; skip the tests where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium)")
    return found


def open_pages(visits: Sequence[Visit]) -> list[PageFindings]:
    """Open pages one after the other, and return what was found on each."""
    asked = [
        {name: str(value) if isinstance(value, Path) else value for name, value in vars(visit).items()}
        for visit in visits
    ]
    command: list[str | Path] = [
        environment_of("browser") / "bin" / "python",
        Path(__file__).with_name("visit.py"),
        find_chromium(),
    ]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [PageFindings(**found) for found in json.loads(done.stdout)]
