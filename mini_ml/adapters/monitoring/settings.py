"""Settings of the metrics, shared by all services."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class MetricsSettings(BaseSettings):
    """Read from the environment. Empty variables count as not set."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", env_ignore_empty=True, frozen=True, populate_by_name=True)

    metrics: Literal["off", "emf", "prometheus"] = "off"
    """Where metrics go: `emf` logs them for CloudWatch, `prometheus` shows them at `/metrics`, `off` drops them."""

    metrics_folder: Path | None = Field(default=None, validation_alias="PROMETHEUS_MULTIPROC_DIR")
    """Folder of the metrics of a service, which its processes share; required for `prometheus`."""

    metrics_process: str = Field(default="main", pattern=r"^[a-z0-9-]{1,64}$")
    """Name of the process among those that share the folder; with the same name it continues its counters."""

    stage: str | None = None
    """Name of the stage, which every metric in CloudWatch has as a dimension; required for `emf`."""

    @model_validator(mode="after")
    def _require_what_is_used(self) -> Self:
        if self.metrics == "emf" and self.stage is None:
            raise ValueError("MINI_ML_METRICS=emf needs MINI_ML_STAGE")
        if self.metrics == "prometheus" and self.metrics_folder is None:
            raise ValueError("MINI_ML_METRICS=prometheus needs PROMETHEUS_MULTIPROC_DIR, a folder")
        return self
