"""ASGI application of the predict service, built from settings. Used by uvicorn and handler.py."""

from functions.predict.factory import create_app
from functions.predict.settings import PredictSettings
from mini_ml.adapters import logs
from mini_ml.adapters.auth.build import build_authenticator
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.aws.clients import build_cloud
from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.monitoring.build import build_metrics
from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.topology import MIB
from mini_ml.workflows.model_cache import ModelCache

logs.configure("predict")
settings = read_settings(PredictSettings)
cloud = build_cloud(settings, metrics=build_metrics(read_settings(MetricsSettings)))
model_cache = ModelCache(
    cloud,
    workdir=settings.workdir,
    cache_bytes=settings.model_cache_mib * MIB,
    fresh_seconds=settings.alias_fresh_seconds,
)
app = create_app(
    cloud, model_cache, authenticator=build_authenticator(read_settings(AuthSettings)), threads=settings.threads
)
