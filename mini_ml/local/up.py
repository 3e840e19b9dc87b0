"""`mini-ml up`: run the local platform until Ctrl-C, and print how to use it."""

import os
import threading
import time
from pathlib import Path

from mini_ml.local import emulator, interrupts, samples
from mini_ml.local.embedded import Addresses, run_platform
from mini_ml.local.settings import LocalSettings
from mini_ml.local.statefolder import ADMIN_KEY_FILE
from mini_ml.topology import LOCAL_NAMES


def up(settings: LocalSettings) -> None:
    """Run the platform until Ctrl-C or SIGTERM. Raises LocalFailure if it cannot start."""
    interrupts.install_handlers()
    started = time.monotonic()
    try:
        with run_platform(settings, report=_print) as addresses:
            _print(format_welcome(addresses, settings, seconds=time.monotonic() - started))
            threading.Event().wait()
    except KeyboardInterrupt:
        _print("Stopped. Models, jobs and predictions are kept in the state folder.")


def _print(text: str) -> None:
    print(text, flush=True)


def format_welcome(addresses: Addresses, settings: LocalSettings, *, seconds: float) -> str:
    """Return the text printed after the start: URLs, and commands to paste.

    Args:
        addresses: URLs of the running platform.
        settings: settings it was started with.
        seconds: duration of the start.
    """
    api, trainer, predict = (url.replace("127.0.0.1", "localhost") for url in addresses.services.values())
    gateway, endpoint = (
        url.replace("127.0.0.1", "localhost") for url in (addresses.gateway_url, addresses.endpoint_url)
    )
    return f"""Mini-ML-Platform is up (started in {seconds:.1f} s).

  API       {api}      Swagger at {api}/docs
  Trainer   {trainer}      Swagger at {trainer}/docs
  Predict   {predict}      Swagger at {predict}/docs
  REST API  {gateway}
  S3, SQS   {endpoint}
  State     {_shorten(settings.state_dir)}      logs in {_shorten(addresses.logs)}

Train and predict over HTTP:

{_format_http_commands(api, settings)}

Train and predict through S3 (needs the AWS CLI):

{_format_s3_commands(endpoint)}

Press Ctrl-C to stop. Models, jobs and predictions are kept."""


def _format_http_commands(api: str, settings: LocalSettings) -> str:
    train, predict = _shorten(samples.FOLDER / "iris.csv"), _shorten(samples.FOLDER / "iris_predict.csv")
    key, curl = "", "curl"
    if settings.auth == "on":
        key = f"export MINI_ML_API_KEY=$(cat {_shorten(settings.state_dir / ADMIN_KEY_FILE)})\n"
        curl = 'curl -H "Authorization: Bearer $MINI_ML_API_KEY"'
    form = f"-F 'dataset_file=@{train}' -F 'target_column=variety' -F 'model_name=iris'"
    return f"""{key}{curl} -X POST {api}/train {form}
{curl} -X POST {api}/predict -F 'input_file=@{predict}' -F 'model_name=iris'
{curl} {api}/models/iris"""


def _format_s3_commands(endpoint: str) -> str:
    train, predict = _shorten(samples.FOLDER / "iris.csv"), _shorten(samples.FOLDER / "iris_predict.csv")
    uploads, artifacts = LOCAL_NAMES.uploads_bucket, LOCAL_NAMES.artifacts_bucket
    aws = f"aws --endpoint-url {endpoint} s3"
    return f"""export AWS_ACCESS_KEY_ID={emulator.ACCESS_KEY} AWS_SECRET_ACCESS_KEY={emulator.SECRET_KEY}
export AWS_DEFAULT_REGION={emulator.REGION}
{aws} cp {train} s3://{uploads}/train/iris/ --metadata '{{"target-column":"variety"}}'
until {aws} ls s3://{artifacts}/models/iris/versions/; do sleep 1; done
{aws} cp {predict} s3://{uploads}/predict/iris/
until {aws} ls --recursive s3://{artifacts}/predictions/iris/; do sleep 1; done"""


def _shorten(path: Path) -> str:
    """Return a path relative to the working directory if it is inside it, else the absolute path."""
    absolute = path.resolve()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else os.fspath(absolute)
