"""Implementations of the commands."""

import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.cli import inspection, printing
from mini_ml.cli.arguments import CliSettings
from mini_ml.cli.drift_lines import format_drift
from mini_ml.cli.progress_line import ProgressLine
from mini_ml.cli.reports import save_report
from mini_ml.cli.version_lines import format_version
from mini_ml.client import Client, RequestRejected
from mini_ml.contracts import JobPage, JobView, PredictAnswer, PredictOptions, TrainOptions

Options = TypeVar("Options", TrainOptions, PredictOptions)

_MOST_EMPTY_PAGES: Final = 50
"""How many pages without a matching job are followed by `mini-ml jobs`; each looks at 200 jobs."""


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
        lines = REMOTE[options.command](client, options)
        printing.print_answer(client.last_answer, lines, as_json=options.json)


def _up(_: Namespace) -> None:
    from mini_ml.local.settings import LocalSettings
    from mini_ml.local.up import up

    up(LocalSettings())


def _demo(_: Namespace) -> None:
    from mini_ml.local.demo import demo

    demo()


def _logs(options: Namespace) -> None:
    from mini_ml.cli.logs import print_logs

    print_logs(options)


def _key(options: Namespace) -> None:
    printing.print_key(*new_key(options.name, options.scopes))


def _inspect(client: Client, options: Namespace) -> Iterable[str]:
    found = client.inspect(
        options.file,
        target_column=options.target_column,
        columns_to_drop=options.columns_to_drop,
        time_column=options.time_column,
        group_column=options.group_column,
    )
    return inspection.format_inspection(found, options.file, width=shutil.get_terminal_size().columns)


def _train(client: Client, options: Namespace) -> Iterable[str]:
    given = _given(TrainOptions, options)
    if options.json or not sys.stderr.isatty() or not _can_read_jobs(client):
        return printing.format_training(client.train(options.file, model_name=options.model_name, options=given))
    with ProgressLine(sys.stderr) as line:
        job = client.train(options.file, model_name=options.model_name, options=given, watch=line.show)
    return printing.format_training(job)


def _can_read_jobs(client: Client) -> bool:
    """Return whether the credential allows to follow a job; one that may only train waits for the answer instead."""
    try:
        client.jobs(limit=1)
    except RequestRejected:
        return False
    return True


def _predict(client: Client, options: Namespace) -> Iterable[str]:
    answer = client.predict(options.file, model_name=options.model_name, options=_given(PredictOptions, options))
    if not options.json:
        printing.print_reading(answer)
    if options.output is None:
        return printing.format_predictions(answer)
    _save(client, answer, options.output)
    return [f"Wrote the rows with their predictions to {options.output}."]


def _given(model: type[Options], options: Namespace) -> Options:
    """Return the options of a job that are on the command line, or have a default there."""
    values = {name: getattr(options, name, None) for name in model.model_fields}
    return model.model_validate({name: value for name, value in values.items() if value is not None})


def _save(client: Client, answer: PredictAnswer | JobView, path: Path) -> None:
    """Download a result to `path`; an interrupted download leaves an existing file unchanged."""
    is_device = path.exists() and not path.is_file()  # such as /dev/stdout, which must not be replaced by a file
    place = path if is_device else path.resolve()
    partial = place if is_device else place.with_name(f"{place.name}.part")
    with partial.open("wb") as target:
        client.download_result(answer, target)
    if not is_device:
        partial.replace(place)


def _jobs(client: Client, options: Namespace) -> Iterable[str]:
    if options.job_id:
        return printing.format_job(client.job(options.job_id))
    page = client.jobs(state=options.state, kind=options.kind, model_name=options.model_name, limit=options.limit)
    for _ in range(_MOST_EMPTY_PAGES):
        if page.jobs or "next" not in page.links:
            break
        page = client.follow(page.links["next"], JobPage)
    return printing.format_jobs(page)


def _models(client: Client, options: Namespace) -> Iterable[str]:
    if options.version:
        return format_version(client.model_version(options.model_name, options.version))
    if options.model_name:
        return printing.format_model(client.model(options.model_name))
    return printing.format_models(client.models())


def _drift(client: Client, options: Namespace) -> Iterable[str]:
    return format_drift(client.drift(options.model_name, options.version, limit=options.limit))


LOCAL: Final[dict[str, Callable[[Namespace], None]]] = {"up": _up, "demo": _demo, "logs": _logs, "key": _key}
"""Commands that do not talk to a running platform."""

REMOTE: Final[dict[str, Callable[[Client, Namespace], Iterable[str]]]] = {
    "inspect": _inspect,
    "train": _train,
    "predict": _predict,
    "jobs": _jobs,
    "models": _models,
    "report": save_report,
    "drift": _drift,
}
"""Commands that talk to a running platform, and return the lines to print."""
