"""Settings of the predict room."""

import tempfile
from pathlib import Path

from mini_ml.adapters.settings import CloudSettings


class Settings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for inputs and models while they are read; it needs the largest upload and the largest model."""
