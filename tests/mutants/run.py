"""`make mutants`: takes one mechanism after the other out of a copy of the code, and fails where no test notices.

In the copy, the named tests must first pass as they are. Then each patch is applied, its test must fail, and the patch
is taken back. A patch that does not apply, or a test that does not run, is a failure too: nothing was shown.
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

from tests.mutants.patches import Mutant, mutants

ROOT: Final = Path(__file__).parents[2]
_PASSED, _FAILED = 0, 1
"""What pytest exits with; anything else means that the test did not run."""


def main() -> int:
    """Run all mutants, tell of each, and return how many were not killed."""
    everything = mutants()
    with TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _copy_to(copy)
        if _pytest(copy, sorted({mutant.test for mutant in everything})) != _PASSED:
            print("The tests do not pass as they are; mutants would show nothing.")
            return len(everything)
        return sum(_tell(mutant, copy) != "killed" for mutant in everything)


def _copy_to(folder: Path) -> None:
    """Copy the files of the working tree that git knows or would take, into a repository for git's own patching."""
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    _git(folder, "init", "--quiet")


def _tell(mutant: Mutant, copy: Path) -> str:
    started = time.monotonic()
    outcome = _outcome(mutant, copy)
    seconds = time.monotonic() - started
    print(
        f"{outcome:9} {mutant.mechanism:28} guarantee {mutant.guarantee:2}  {seconds:5.1f} s  {mutant.test}", flush=True
    )
    return outcome


def _outcome(mutant: Mutant, copy: Path) -> str:
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
    """Run tests on the copy, which comes before the installed package, and never on bytecode of before a patch."""
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
