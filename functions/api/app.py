"""The api as a process: built once out of its settings; uvicorn serves `app`, and handler.py calls it."""

from functions.api.factory import create_app
from functions.api.settings import Settings
from mini_ml.adapters import logs
from mini_ml.adapters.aws.clients import build_cloud

logs.configure()
settings = Settings()
cloud = build_cloud(settings)
app = create_app(cloud, trainer_url=settings.trainer_url, predict_url=settings.predict_url)
