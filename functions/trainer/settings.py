"""Settings of the trainer."""

import tempfile
from pathlib import Path

from mini_ml.adapters.settings import CloudSettings


class Settings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for datasets and models while they are worked on; it needs three times the largest upload."""
