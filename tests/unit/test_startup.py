"""Garbage collection is off while a function starts, and on afterwards."""

import gc
import subprocess
import sys

import pytest

from mini_ml.adapters.startup import starting

FRESH = "import gc, sys; from mini_ml.adapters.startup import starting\n"


def output_of(program: str) -> str:
    """Return the output of a program that imports only the module under test."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH + program], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_garbage_is_collected_only_after_the_start() -> None:
    assert output_of("with starting(): print(gc.isenabled())\nprint(gc.isenabled())") == "False\nTrue"


def test_objects_created_during_the_start_are_not_scanned_again() -> None:
    assert int(output_of("with starting(): kept = [[] for _ in range(1000)]\nprint(gc.get_freeze_count())")) > 1000


def test_garbage_collection_continues_after_a_failed_start() -> None:
    with pytest.raises(ZeroDivisionError), starting():
        raise ZeroDivisionError

    assert gc.isenabled()
