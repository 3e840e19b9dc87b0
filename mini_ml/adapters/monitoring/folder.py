"""The folder of the metrics that the processes of a service share."""

from pathlib import Path

PATTERN = "*.db"
"""Names of the files of `prometheus_client`."""


def empty_folder(folder: Path) -> None:
    """Create the folder, and remove the files of an earlier start, whose processes must have ended."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob(PATTERN):
        file.unlink()
