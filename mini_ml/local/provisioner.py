"""Provision an emulated AWS and exit, before the services start: `python -m mini_ml.local.provisioner`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.configuration import read_settings
from mini_ml.local import emulator
from mini_ml.local.integrations import FunctionIntegrations, HttpIntegrations, Integrations
from mini_ml.local.processes import local_account
from mini_ml.local.provision import provision
from mini_ml.topology import LOCAL_NAMES, STAGES, Service


class ProvisionerSettings(BaseSettings):
    """Settings of the provisioner."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    aws_endpoint_url: str = Field(validation_alias="AWS_ENDPOINT_URL")
    """URL of the emulated AWS."""

    stage: Literal["local", "test"]
    """Stage that sets leases, timeouts and schedules; `test` uses a few seconds."""

    integration: Literal["http", "function"] = "http"
    """How the REST API reaches a service: `http` forwards requests, `function` posts the events of a function."""

    api_address: str
    """URL of the api service, or of its events, as seen from the emulated AWS."""

    predict_address: str
    """URL of the predict service, or of its events, as seen from the emulated AWS."""


def build_integrations(settings: ProvisionerSettings) -> Integrations:
    """Build the kind of integration that the settings name."""
    addresses: dict[Service, str] = {"api": settings.api_address, "predict": settings.predict_address}
    if settings.integration == "http":
        return HttpIntegrations(addresses)
    return FunctionIntegrations(
        {service: emulator.forwarding_environment(address) for service, address in addresses.items()}
    )


def main() -> None:
    """Provision the emulated AWS that the environment names."""
    settings = read_settings(ProvisionerSettings)
    provision(
        local_account(settings.aws_endpoint_url),
        stage=STAGES[settings.stage],
        names=LOCAL_NAMES,
        integrations=build_integrations(settings),
        rest_api_tags=emulator.REST_API_TAGS,
    )
    print(f"Provisioned the emulated AWS. Path of the REST API: {emulator.rest_api_url('')}", flush=True)


if __name__ == "__main__":
    main()
