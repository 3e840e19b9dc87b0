"""Settings of the predict service."""

import tempfile
from pathlib import Path

from pydantic import Field

from mini_ml.adapters.settings import CloudSettings


class PredictSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    workdir: Path = Path(tempfile.gettempdir())
    """Folder for models while they are loaded; needs free space for the largest model."""

    model_cache_mib: int = Field(default=1024, ge=1)
    """Size of the model cache, in MiB of uncompressed models; evicts the least recently used models."""

    alias_fresh_seconds: float = Field(default=1.0, ge=0)
    """How long online scoring caches the versions of `latest` and aliases; changes take effect after this time."""

    threads: int | None = Field(default=None, ge=1, le=64)
    """Number of parts of a file to score in parallel; None means the number of CPUs. Does not change the result."""
