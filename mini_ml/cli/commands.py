"""Implementations of the commands."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.cli import printing
from mini_ml.cli.arguments import CliSettings
from mini_ml.client import Client, Document

_TRAIN_OPTIONS: Final = ("target_column", "model_type", "model_params", "columns_to_drop")


def run(options: Namespace) -> None:
    """Run the command.

    Raises:
        ClientFailure: the platform rejected the request or cannot be reached.
        LocalFailure: the local platform cannot start or run.
    """
    if options.command in LOCAL:
        LOCAL[options.command](options)
        return
    with Client(options.url, credential=CliSettings().credential) as client:
        document, formatter = REMOTE[options.command](client, options)
    printing.print_document(document, formatter, as_json=options.json)


def _up(_: Namespace) -> None:
    from mini_ml.local.settings import LocalSettings
    from mini_ml.local.up import up

    up(LocalSettings())


def _demo(_: Namespace) -> None:
    from mini_ml.local.demo import demo

    demo()


def _key(options: Namespace) -> None:
    printing.print_key(*new_key(options.name, options.scopes))


def _train(client: Client, options: Namespace) -> tuple[Document, printing.Formatter]:
    given = {name: getattr(options, name) for name in _TRAIN_OPTIONS if getattr(options, name) is not None}
    return client.train(options.file, model_name=options.model_name, options=given), printing.format_training


def _predict(client: Client, options: Namespace) -> tuple[Document, printing.Formatter]:
    answer = client.predict(
        options.file,
        model_name=options.model_name,
        version=options.version,
        columns_to_drop=options.columns_to_drop,
    )
    if options.output is None:
        return answer, printing.format_predictions
    _save(client, answer, options.output)
    return answer, lambda _: [f"Wrote the rows with their predictions to {options.output}."]


def _save(client: Client, answer: Document, path: Path) -> None:
    """Download a result to `path`; an interrupted download leaves an existing file unchanged."""
    is_device = path.exists() and not path.is_file()  # such as /dev/stdout, which must not be replaced by a file
    place = path if is_device else path.resolve()
    partial = place if is_device else place.with_name(f"{place.name}.part")
    with partial.open("wb") as target:
        client.download_result(answer, target)
    if not is_device:
        partial.replace(place)


def _jobs(client: Client, options: Namespace) -> tuple[Document, printing.Formatter]:
    if options.job_id:
        return client.job(options.job_id), printing.format_job
    filters = {name: getattr(options, name) for name in ("state", "kind", "model_name", "limit")}
    return client.jobs(**filters), printing.format_jobs


def _models(client: Client, options: Namespace) -> tuple[Document, printing.Formatter]:
    if options.model_name:
        return client.model(options.model_name), printing.format_model
    return client.models(), printing.format_models


LOCAL: Final[dict[str, Callable[[Namespace], None]]] = {"up": _up, "demo": _demo, "key": _key}
"""Commands that do not talk to a running platform."""

REMOTE: Final[dict[str, Callable[[Client, Namespace], tuple[Document, printing.Formatter]]]] = {
    "train": _train,
    "predict": _predict,
    "jobs": _jobs,
    "models": _models,
}
"""Commands that talk to a running platform."""
