"""Settings of the embedded cloud."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth import api_keys


class LocalSettings(BaseSettings):
    """What `mini-ml up` can be told, by the environment or by `.env` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="MINI_ML_", env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    state_dir: Path = Path(".mini-ml")
    """Folder of everything that survives a restart: buckets, queues, the seal's key and the logs."""

    api_port: int = Field(default=8000, ge=1, le=65535)
    """Port of the api on loopback."""

    trainer_port: int = Field(default=8001, ge=1, le=65535)
    """Port of the trainer on loopback."""

    predict_port: int = Field(default=8002, ge=1, le=65535)
    """Port of the predict service on loopback."""

    emulator_port: int = Field(default=4566, ge=1, le=65535)
    """Port of the emulated AWS on loopback."""

    stage: Literal["local", "test"] = "local"
    """Leases, timeouts and schedules; `test` counts in seconds."""

    auth: Literal["on", "off"] = "off"
    """Whether requests need a credential; everything is on loopback, so it may be off."""

    api_keys: str = ""
    """API keys by their digests, as every service takes them; the key in the state folder's `admin.key` is added."""

    trainer_pollers: int = Field(default=1, ge=1, le=16)
    """Trainings that may run at once."""

    predict_pollers: int = Field(default=1, ge=1, le=16)
    """Batch predictions that may run at once."""

    start_seconds: float = Field(default=60.0, gt=0)
    """How long the start may take before it is given up."""

    @field_validator("api_keys")
    @classmethod
    def _readable(cls, entries: str) -> str:
        api_keys.parse(entries)
        return entries

    @property
    def ports(self) -> dict[str, int]:
        """Every port by the environment variable that sets it."""
        names = ("api_port", "trainer_port", "predict_port", "emulator_port")
        return {f"MINI_ML_{name.upper()}": getattr(self, name) for name in names}

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if len(set(self.ports.values())) < len(self.ports):
            raise ValueError(f"the ports must differ: {', '.join(f'{k}={v}' for k, v in self.ports.items())}")
        return self
