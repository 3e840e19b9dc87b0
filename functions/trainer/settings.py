"""Settings of the trainer."""

import tempfile
from pathlib import Path

from pydantic import Field

from mini_ml.adapters.settings import CloudSettings


class TrainerSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for datasets and models while they are worked on; it needs three times the largest upload."""

    threads: int | None = Field(default=None, ge=1, le=64)
    """Trees of a forest that are grown at once; None: as many as there are CPUs. The model does not depend on it."""
