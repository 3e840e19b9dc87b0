"""Provisions an emulated AWS once and ends, before the services start: `python -m mini_ml.local.provisioner`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.local import emulator
from mini_ml.local.integrations import Integrations, OverHttp, ThroughFunctions
from mini_ml.local.processes import local_account
from mini_ml.local.provision import provision
from mini_ml.topology import LOCAL_NAMES, STAGES, Service


class ProvisionerSettings(BaseSettings):
    """What to provision, and how the REST API shall reach the services."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    aws_endpoint_url: str = Field(validation_alias="AWS_ENDPOINT_URL")
    """Address of the emulated AWS."""

    stage: Literal["local", "test"] = "local"
    """Leases, timeouts and schedules; `test` counts in seconds."""

    integration: Literal["http", "function"] = "http"
    """How the REST API reaches a service: over HTTP, or by invoking a function, whose events go to the address."""

    api_address: str
    """Where requests to the api are sent, as the emulated AWS reaches it."""

    predict_address: str
    """Where requests to score online are sent, as the emulated AWS reaches it."""


def integrations(settings: ProvisionerSettings) -> Integrations:
    """Return the way to the services that the settings ask for."""
    addresses: dict[Service, str] = {"api": settings.api_address, "predict": settings.predict_address}
    if settings.integration == "http":
        return OverHttp(addresses)
    return ThroughFunctions({service: emulator.forwarding(address) for service, address in addresses.items()})


def main() -> None:
    """Provision what the environment asks for."""
    settings = ProvisionerSettings()
    provision(
        local_account(settings.aws_endpoint_url),
        stage=STAGES[settings.stage],
        names=LOCAL_NAMES,
        integrations=integrations(settings),
        rest_api_tags=emulator.REST_API_TAGS,
    )
    print(f"Provisioned; the REST API is at {emulator.rest_api_url('')} of the emulated AWS.", flush=True)


if __name__ == "__main__":
    main()
