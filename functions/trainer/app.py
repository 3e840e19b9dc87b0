"""ASGI application of the trainer, built from settings. Used by uvicorn and handler.py."""

from functions.trainer.factory import create_app
from functions.trainer.settings import TrainerSettings
from mini_ml.adapters import logs
from mini_ml.adapters.auth.build import build_authenticator
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.aws.clients import build_cloud
from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.monitoring.build import build_metrics
from mini_ml.adapters.monitoring.settings import MetricsSettings

logs.configure("trainer")
settings = read_settings(TrainerSettings)
cloud = build_cloud(settings, metrics=build_metrics(read_settings(MetricsSettings)))
app = create_app(
    cloud,
    authenticator=build_authenticator(read_settings(AuthSettings)),
    workdir=settings.workdir,
    threads=settings.threads,
)
