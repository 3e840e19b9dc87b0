"""Settings of the api."""

from mini_ml.adapters.settings import CloudSettings


class ApiSettings(CloudSettings):
    """Read from the environment, prefix `MINI_ML_`."""

    trainer_url: str | None = None
    """URL of the trainer, used for its health check; if None, the api checks its queue instead."""

    predict_url: str | None = None
    """URL of the predict service, to which the api forwards online scoring; None if a gateway routes it."""
