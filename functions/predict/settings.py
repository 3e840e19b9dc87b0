"""Settings of the predict service."""

import tempfile
from pathlib import Path

from pydantic import Field

from mini_ml.adapters.settings import CloudSettings


class PredictSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for models while they are read; it needs the largest of them."""

    model_cache_mib: int = Field(default=1024, ge=1)
    """Loaded models kept at most, by their uncompressed size; the least recently used give way, the newest stays."""

    alias_fresh_seconds: float = Field(default=1.0, ge=0)
    """For how long online scoring goes by what it knows of `latest` and aliases; a change is served that much later."""

    threads: int | None = Field(default=None, ge=1, le=64)
    """Parts of a file that are scored at once; None: as many as there are CPUs. The result does not depend on it."""
