"""The predict room as a process: built once out of its settings; uvicorn serves `app`, and handler.py calls it."""

from functions.predict.factory import create_app
from functions.predict.settings import Settings
from mini_ml.adapters import logs
from mini_ml.adapters.access.opening import gate_of
from mini_ml.adapters.access.settings import AccessSettings
from mini_ml.adapters.aws.clients import build_cloud
from mini_ml.topology import MIB
from mini_ml.workflows.predict import Shelf

logs.configure()
settings = Settings()
cloud = build_cloud(settings)
shelf = Shelf(
    cloud,
    workdir=settings.workdir,
    cache_bytes=settings.model_cache_mib * MIB,
    fresh_seconds=settings.alias_fresh_seconds,
)
app = create_app(cloud, shelf, gate=gate_of(AccessSettings()), threads=settings.threads)
