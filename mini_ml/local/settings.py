"""Settings of `mini-ml up`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.auth import api_keys
from mini_ml.adapters.settings import parse_accepted_seal_keys


class LocalSettings(BaseSettings):
    """Settings of the local platform, read from the environment and from `.env` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="MINI_ML_", env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    state_dir: Path = Path(".mini-ml")
    """Folder for buckets, queues, keys and logs; its contents survive a restart."""

    api_port: int = Field(default=8000, ge=1, le=65535)
    """Port of the api service on loopback."""

    trainer_port: int = Field(default=8001, ge=1, le=65535)
    """Port of the trainer service on loopback."""

    predict_port: int = Field(default=8002, ge=1, le=65535)
    """Port of the predict service on loopback."""

    emulator_port: int = Field(default=4566, ge=1, le=65535)
    """Port of the emulated AWS on loopback."""

    stage: Literal["local", "test"] = "local"
    """Stage that sets leases, timeouts and schedules; `test` uses a few seconds."""

    auth: Literal["on", "off"] = "off"
    """Whether requests need a credential; `off` is safe because all ports are on loopback."""

    api_keys: str = ""
    """API keys that every service accepts, by their hashes; the key in `admin.key` of the state folder is added."""

    accepted_seal_keys: str = ""
    """JSON list of earlier keys of `seal.key` in the state folder, whose models are still loaded."""

    trainer_pollers: int = Field(default=1, ge=1, le=16)
    """Number of trainings that run in parallel."""

    predict_pollers: int = Field(default=1, ge=1, le=16)
    """Number of batch predictions that run in parallel."""

    start_seconds: float = Field(default=60.0, gt=0)
    """How long each process may take to start before `mini-ml up` fails."""

    @field_validator("api_keys")
    @classmethod
    def _check_api_keys(cls, entries: str) -> str:
        api_keys.parse(entries)
        return entries

    @field_validator("accepted_seal_keys")
    @classmethod
    def _check_accepted_seal_keys(cls, keys: str) -> str:
        if keys:
            parse_accepted_seal_keys(keys)
        return keys

    @property
    def ports(self) -> dict[str, int]:
        """Port by the environment variable that sets it."""
        names = ("api_port", "trainer_port", "predict_port", "emulator_port")
        return {f"MINI_ML_{name.upper()}": getattr(self, name) for name in names}

    @model_validator(mode="after")
    def _check_ports_differ(self) -> Self:
        if len(set(self.ports.values())) < len(self.ports):
            raise ValueError(f"Ports must differ: {', '.join(f'{k}={v}' for k, v in self.ports.items())}")
        return self
