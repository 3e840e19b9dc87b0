"""`make mutants`: remove one mechanism at a time from a copy of the code, and check that its test fails.

The tests must first pass in the unchanged copy. Then each patch is applied, its test must fail, and the patch is
reverted. A patch that does not apply and a test that does not run count as failures.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.mutants.patches import Mutant, load_mutants

ROOT: Final = Path(__file__).parents[2]
_PASSED, _FAILED = 0, 1
"""Exit codes of pytest; with any other code the tests did not run."""


def main() -> int:
    """Run all mutants, report each, and return the number that were not killed."""
    everything = load_mutants()
    with TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _copy_to(copy)
        if _pytest(copy, sorted({mutant.test for mutant in everything})) != _PASSED:
            print("The tests fail without mutants. Fix them first.")
            return len(everything)
        return sum(_report(mutant, copy) != "killed" for mutant in everything)


def _copy_to(folder: Path) -> None:
    """Copy all files of the working tree that git does not ignore into a new repository, for `git apply`."""
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    _git(folder, "init", "--quiet")


def _report(mutant: Mutant, copy: Path) -> str:
    started = time.monotonic()
    outcome = _run_mutant(mutant, copy)
    seconds = time.monotonic() - started
    print(
        f"{outcome:9} {mutant.mechanism:28} guarantee {mutant.guarantee:2}  {seconds:5.1f} s  {mutant.test}", flush=True
    )
    return outcome


def _run_mutant(mutant: Mutant, copy: Path) -> str:
    try:
        _git(copy, "apply", str(mutant.patch))
    except subprocess.CalledProcessError as error:
        return f"NO PATCH ({error.stderr.strip()})"
    try:
        status = _pytest(copy, [mutant.test])
    finally:
        _git(copy, "apply", "--reverse", str(mutant.patch))
    return {_FAILED: "killed", _PASSED: "SURVIVED"}.get(status, f"NO TEST (pytest exited with {status})")


def _pytest(copy: Path, tests: Sequence[str]) -> int:
    """Run tests on the copy, without writing bytecode, which could be older than a patch."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (_PASSED, _FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main() != 0)
