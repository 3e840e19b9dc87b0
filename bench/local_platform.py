"""Run the local platform for a benchmark."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mini_ml.local.embedded import Addresses, run_platform
from mini_ml.local.listening import free_ports
from mini_ml.local.settings import LocalSettings


@contextmanager
def run_local_platform(state_dir: Path) -> Iterator[Addresses]:
    """Run the platform on free ports while the block runs, and yield its addresses.

    Args:
        state_dir: folder of its state.
    """
    api, trainer, predict, emulator = free_ports(4)
    settings = LocalSettings(
        state_dir=state_dir, api_port=api, trainer_port=trainer, predict_port=predict, emulator_port=emulator
    )
    with run_platform(settings, report=lambda line: None) as addresses:
        yield addresses
