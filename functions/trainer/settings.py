"""Settings of the trainer."""

import tempfile
from pathlib import Path

from pydantic import Field

from mini_ml.adapters.settings import CloudSettings


class TrainerSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for datasets and models during training; needs free space of three times the largest upload."""

    threads: int | None = Field(default=None, ge=1, le=64)
    """Number of trees of a forest to grow in parallel; None means the number of CPUs. Does not change the model."""
