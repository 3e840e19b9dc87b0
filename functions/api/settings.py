"""Settings of the api."""

from mini_ml.adapters.settings import CloudSettings


class ApiSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    trainer_url: str | None = None
    """Address of the trainer service, asked for its health; None: its queue is asked instead."""

    predict_url: str | None = None
    """Address of the predict service, to which online scoring is passed on; None where a gateway does that."""
