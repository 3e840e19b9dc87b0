"""The state folder is locked, and keeps its secrets private."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from mini_ml.local.failures import SecretExposed, StateInUse
from mini_ml.local.statefolder import open_state_folder


def test_a_folder_in_use_is_rejected_with_its_process(tmp_path: Path) -> None:
    with (
        open_state_folder(tmp_path / "state"),
        pytest.raises(StateInUse) as error,
        open_state_folder(tmp_path / "state"),
    ):
        pass

    assert f"process {os.getpid()} is already using the state folder {tmp_path / 'state'}" in str(error.value)
    assert "MINI_ML_STATE_DIR=" in str(error.value)


def test_a_folder_is_free_again_when_its_owner_is_done(tmp_path: Path) -> None:
    with open_state_folder(tmp_path / "state"):
        pass

    with open_state_folder(tmp_path / "state") as folder:
        assert folder.logs.is_dir()


def test_the_seal_key_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    with open_state_folder(tmp_path / "state") as folder:
        key = folder.seal_key()
    with open_state_folder(tmp_path / "state") as folder:
        assert folder.seal_key() == key

    assert len(key) == 64
    assert stat.S_IMODE((tmp_path / "state" / "seal.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_seal_key_that_others_can_read_or_write_is_rejected_with_the_fix(tmp_path: Path, mode: int) -> None:
    with open_state_folder(tmp_path) as folder:
        folder.seal_key()
        (tmp_path / "seal.key").chmod(mode)

        with pytest.raises(SecretExposed, match=r"chmod 600 .*seal\.key"):
            folder.seal_key()


def test_a_kill_while_the_seal_key_is_written_leaves_no_half_of_it(tmp_path: Path) -> None:
    (tmp_path / "seal.part").write_text("half")

    with open_state_folder(tmp_path) as folder:
        key = folder.seal_key()

    assert len(key) == 64
    assert not (tmp_path / "seal.part").exists()


def test_a_folder_knows_whether_its_last_owner_was_killed(tmp_path: Path) -> None:
    with open_state_folder(tmp_path) as orderly:
        shutil.copy(tmp_path / "lock", tmp_path / "copy")
    with open_state_folder(tmp_path) as after_orderly:
        pass
    (tmp_path / "copy").replace(tmp_path / "lock")
    with open_state_folder(tmp_path) as after_killed:
        pass

    assert [orderly.was_left_open, after_orderly.was_left_open, after_killed.was_left_open] == [False, False, True]


def test_the_metrics_of_the_last_start_are_removed(tmp_path: Path) -> None:
    with open_state_folder(tmp_path) as folder:
        left = folder.metrics("trainer") / "counter_trainer-poller-1.db"
        left.write_bytes(b"counts")

    with open_state_folder(tmp_path) as folder:
        assert list(folder.metrics("trainer").iterdir()) == []
