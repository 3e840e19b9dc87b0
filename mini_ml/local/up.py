"""`mini-ml up`: runs the embedded cloud until it is told to stop, and says how to use it."""

import os
import threading
import time
from pathlib import Path

from mini_ml.local import emulator, interrupts, samples
from mini_ml.local.embedded import Addresses, running
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import ADMIN_KEY_FILE
from mini_ml.topology import LOCAL_NAMES


def up(settings: LocalSettings) -> None:
    """Run until Ctrl-C or SIGTERM. Raises LocalFailure when it cannot start."""
    interrupts.listen()
    started = time.monotonic()
    try:
        with running(settings, report=_say) as addresses:
            _say(welcome(addresses, settings, seconds=time.monotonic() - started))
            threading.Event().wait()
    except KeyboardInterrupt:
        _say("Stopped. Models, jobs and predictions stay in the state folder.")


def _say(text: str) -> None:
    print(text, flush=True)


def welcome(addresses: Addresses, settings: LocalSettings, *, seconds: float) -> str:
    """Return what the terminal says once everything answers: addresses, and lines to paste."""
    api, trainer, predict = (url.replace("127.0.0.1", "localhost") for url in addresses.services.values())
    gateway, endpoint = (
        url.replace("127.0.0.1", "localhost") for url in (addresses.gateway_url, addresses.endpoint_url)
    )
    return f"""Mini-ML-Platform is up, in {seconds:.1f} s.

  API       {api}      Swagger at {api}/docs
  Trainer   {trainer}      Swagger at {trainer}/docs
  Predict   {predict}      Swagger at {predict}/docs
  REST API  {gateway}
  S3, SQS   {endpoint}
  State     {_short(settings.state_dir)}      logs in {_short(addresses.logs)}

Train and predict over HTTP:

{_http_lines(api, settings)}

The same through S3 (needs the aws command):

{_s3_lines(endpoint)}

Ctrl-C stops everything; models, jobs and predictions stay."""


def _http_lines(api: str, settings: LocalSettings) -> str:
    train, predict = _short(samples.FOLDER / "iris.csv"), _short(samples.FOLDER / "iris_predict.csv")
    key, curl = "", "curl"
    if settings.auth == "on":
        key = f"export MINI_ML_API_KEY=$(cat {_short(settings.state_dir / ADMIN_KEY_FILE)})\n"
        curl = 'curl -H "Authorization: Bearer $MINI_ML_API_KEY"'
    form = f"-F 'dataset_file=@{train}' -F 'target_column=variety' -F 'model_name=iris'"
    return f"""{key}{curl} -X POST {api}/train {form}
{curl} -X POST {api}/predict -F 'input_file=@{predict}' -F 'model_name=iris'
{curl} {api}/models/iris"""


def _s3_lines(endpoint: str) -> str:
    train, predict = _short(samples.FOLDER / "iris.csv"), _short(samples.FOLDER / "iris_predict.csv")
    uploads, artifacts = LOCAL_NAMES.uploads_bucket, LOCAL_NAMES.artifacts_bucket
    aws = f"aws --endpoint-url {endpoint} s3"
    return f"""export AWS_ACCESS_KEY_ID={emulator.ACCESS_KEY} AWS_SECRET_ACCESS_KEY={emulator.SECRET_KEY}
export AWS_DEFAULT_REGION={emulator.REGION}
{aws} cp {train} s3://{uploads}/train/iris/ --metadata '{{"target-column":"variety"}}'
until {aws} ls s3://{artifacts}/models/iris/versions/; do sleep 1; done
{aws} cp {predict} s3://{uploads}/predict/iris/
until {aws} ls --recursive s3://{artifacts}/predictions/iris/; do sleep 1; done"""


def _short(path: Path) -> str:
    """Return the path as seen from the working directory, where it lies below it."""
    absolute = path.resolve()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else os.fspath(absolute)
