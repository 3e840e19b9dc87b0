"""Format responses and errors for a terminal."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.configuration import describe_invalid_settings
from mini_ml.cli.comparison_lines import format_differences
from mini_ml.cli.file_lines import format_file, format_rejects
from mini_ml.cli.measures import format_leaderboard, format_metrics
from mini_ml.cli.progress import describe_progress
from mini_ml.contracts import (
    ColumnReport,
    DataWarning,
    IssueView,
    JobPage,
    JobView,
    ModelPage,
    ModelView,
    PredictAnswer,
    Problem,
    TrainResult,
)

_COLUMN_CHARS: Final = 30
"""Longer column names are cut in tables."""

_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters except tab, Unicode line separators, and bidirectional overrides."""


def print_answer(text: str, lines: Iterable[str], *, as_json: bool) -> None:
    """Print a response: its JSON text as the server sent it but indented, or the lines that describe it."""
    if as_json:
        print(json.dumps(json.loads(text), indent=2, ensure_ascii=sys.stdout.encoding.lower() != "utf-8"))
        return
    for line in lines:
        print(escape_control_characters(line))


def print_problem(problem: Problem, *, as_json: bool, correlation_id: str | None = None) -> None:
    """Print a problem document to standard error, with each of its errors and its correlation id on a line of its own.

    `mini-ml logs --job` finds the log lines with that id.
    """
    if as_json:
        known = {} if correlation_id is None else {"correlation_id": correlation_id}
        body = {**problem.model_dump(mode="json", exclude_none=True), **known}
        print(json.dumps(body, indent=2, ensure_ascii=False), file=sys.stderr)
        return
    print(escape_control_characters(f"{problem.title}: {problem.detail}"), file=sys.stderr)
    for issue in problem.errors:
        print(escape_control_characters(f"  - {format_issue(issue)}"), file=sys.stderr)
    for line in format_differences(problem.comparison):
        print(escape_control_characters(line), file=sys.stderr)
    if correlation_id is not None:
        print(escape_control_characters(f"  correlation id: {correlation_id}"), file=sys.stderr)


def escape_control_characters(line: str) -> str:
    """Escape control characters, so that labels, columns and file names cannot control the terminal."""
    return _CONTROL_CHARACTERS.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


def print_key(key: str, stored: ApiKey) -> None:
    """Print a new key, and the entry that grants it access."""
    print(f"API key, shown only once. Set it as MINI_ML_API_KEY, or send it as a bearer token:\n\n  {key}\n")
    print(f"Entry to add to MINI_ML_API_KEYS of the platform. It contains only a hash of the key:\n\n  {stored}")


def print_reading(answer: PredictAnswer | JobView) -> None:
    """Print how the rows were read to standard error, so that standard output has the predictions only."""
    for line in (*format_warnings(answer.warnings), *format_file(answer.file), *format_rejects(answer.links)):
        print(escape_control_characters(line), file=sys.stderr)


def print_invalid_settings(error: ValidationError) -> None:
    """Print the invalid settings of the environment or of `.env`, by variable name."""
    for line in describe_invalid_settings(error):
        print(line, file=sys.stderr)


def format_training(job: JobView) -> Iterable[str]:
    """Return the published version, how its file was read, its metrics, and where the model is stored."""
    model = [f"  model     {job.result.model_uri}"] if isinstance(job.result, TrainResult) else []
    yield from join_sections(
        [
            f"{job.model_name} version {job.version} was trained and published.",
            *format_columns(job.columns),
            *format_warnings(job.warnings),
            *format_file(job.file),
            *format_rejects(job.links),
        ],
        format_leaderboard(job.candidates),
        format_metrics(job.metrics),
        [*model, f"  job       {job.job_id}"],
    )


def join_sections(*sections: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the sections that have some, with an empty line between two of them."""
    for number, lines in enumerate(filter(None, map(list, sections))):
        if number:
            yield ""
        yield from lines


def format_columns(columns: Sequence[ColumnReport]) -> Iterable[str]:
    """Return one line per column of the training file: kind, missing cells, and how it is read or why it is not."""
    if not columns:
        return
    width = max(8, *(len(_shorten(column.name)) for column in columns)) + 2
    yield f"  {'column':<{width}}{'kind':<13}{'missing':>7}  read as"
    for column in columns:
        kind = column.kind or ("left out" if column.left_out else "target")
        how = column.left_out or column.format or ""
        yield f"  {_shorten(column.name):<{width}}{kind:<13}{_format_value(column.missing):>7}  {how}".rstrip()


def format_warnings(warnings: Sequence[DataWarning]) -> Iterable[str]:
    """Return one line per warning, with its column and the lines of its examples."""
    for warning in warnings:
        where = f"{_shorten(warning.column)}: " if warning.column else ""
        examples = ", ".join(f"line {example.line} “{example.value}”" for example in warning.examples)
        yield f"  warning   {where}{warning.message}" + (f" ({examples})" if examples else "")


def _shorten(name: str) -> str:
    return name if len(name) <= _COLUMN_CHARS else name[: _COLUMN_CHARS - 1] + "…"


def format_predictions(answer: PredictAnswer | JobView) -> Iterable[str]:
    """Return one prediction per line, or how to get them if the response does not hold them.

    The line of a row that could not be read is empty.
    """
    if isinstance(answer, PredictAnswer) and answer.predictions is not None:
        yield from ("" if prediction is None else str(prediction) for prediction in answer.predictions)
        return
    yield f"Job {answer.job_id} has too many predictions to print. Use --output PATH to write them to a file."


def format_job(job: JobView) -> Iterable[str]:
    """Return the fields of a job, its metrics, its result and its error."""
    fixed = ("job_id", "correlation_id", "kind", "state", "model_name", "version")
    names = (*fixed, "created_at", "started_at", "finished_at")
    result = {name: value for name, value in job.result or () if name not in names and value is not None}
    error = {"error": f"{job.error.title}: {job.error.detail}"} if job.error else {}
    yield from join_sections(
        [
            *(format_field(name, getattr(job, name)) for name in names),
            format_field("progress", describe_progress(job)),
            *format_columns(job.columns),
            *format_warnings(job.warnings),
            *format_file(job.file),
        ],
        format_leaderboard(job.candidates),
        format_metrics(job.metrics),
        [format_field(name, value) for name, value in (result | error).items()],
    )


def format_jobs(page: JobPage) -> Iterable[str]:
    """Return one job per line, newest first."""
    yield f"{'JOB':<38}{'KIND':<9}{'STATE':<17}{'CREATED':<21}MODEL"
    for job in page.jobs:
        name = _format_value(job.model_name) + (f"@{job.version}" if job.version else "")
        yield f"{job.job_id:<38}{job.kind:<9}{job.state:<17}{_format_value(job.created_at)[:19]:<21}{name}"
    if "next" in page.links and not page.jobs:
        yield "No recent job matches; older jobs were not looked at."
    elif "next" in page.links:
        yield "More jobs match. Use --limit, --state, --kind or --model-name to change the selection."


def format_models(page: ModelPage) -> Iterable[str]:
    """Return one model per line."""
    yield f"{'MODEL':<40}{'LATEST':<8}{'VERSIONS':<10}ALIASES"
    for model in page.models:
        aliases = _format_aliases(model)
        yield f"{model.model_name:<40}{_format_value(model.latest):<8}{model.versions:<10}{aliases}"
    if "next" in page.links:
        yield "There are more models. Name one to see it, as in: mini-ml models iris"


def format_model(model: ModelView) -> Iterable[str]:
    """Return a model's versions and aliases."""
    yield f"{'model':<13}{model.model_name}"
    yield f"{'latest':<13}{_format_value(model.latest)}"
    yield f"{'versions':<13}{model.versions}"
    yield f"{'aliases':<13}{_format_aliases(model) or '-'}"


def format_field(name: str, value: object) -> str:
    """Return a field with its name; `-` stands for no value."""
    return f"{name:<17}{_format_value(value)}"


def _format_aliases(model: ModelView) -> str:
    return ", ".join(f"{alias}={version}" for alias, version in model.aliases.items())


def _format_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "-" if value is None else str(value)


def format_issue(issue: IssueView) -> str:
    """Return where an issue is, what is wrong, and what to do."""
    places = {"column": issue.column, "line": issue.line, "parameter": issue.parameter}
    where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
    hint = f" ({issue.hint})" if issue.hint else ""
    return f"{where}: {issue.reason}{hint}" if where else f"{issue.reason}{hint}"
