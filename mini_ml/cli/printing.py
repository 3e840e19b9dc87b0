"""Format responses and errors for a terminal."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.adapters.configuration import describe_invalid_settings
from mini_ml.client import Document

_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters except tab, Unicode line separators, and bidirectional overrides."""

Formatter = Callable[[Mapping[str, Any]], Iterable[str]]
"""Turns the body of a response into lines."""


def print_document(document: Document, formatter: Formatter, *, as_json: bool) -> None:
    """Print a response as JSON, or as the lines of `formatter`."""
    if as_json:
        print(json.dumps(document.body, indent=2, ensure_ascii=sys.stdout.encoding.lower() != "utf-8"))
        return
    for line in formatter(document.body):
        print(escape_control_characters(line))


def print_problem(problem: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a problem document to standard error, with each of its errors on its own line."""
    if as_json:
        print(json.dumps(problem, indent=2, ensure_ascii=False), file=sys.stderr)
        return
    print(
        escape_control_characters(f"{problem.get('title', 'Request rejected')}: {problem.get('detail', '')}"),
        file=sys.stderr,
    )
    for issue in problem.get("errors", []):
        print(escape_control_characters(f"  - {_format_issue(issue)}"), file=sys.stderr)


def escape_control_characters(line: str) -> str:
    """Escape control characters, so that labels, columns and file names cannot control the terminal."""
    return _CONTROL_CHARACTERS.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


def print_key(key: str, stored: ApiKey) -> None:
    """Print a new key, and the entry that grants it access."""
    print(f"API key, shown only once. Set it as MINI_ML_API_KEY, or send it as a bearer token:\n\n  {key}\n")
    print(f"Entry to add to MINI_ML_API_KEYS of the platform. It contains only a hash of the key:\n\n  {stored}")


def print_invalid_settings(error: ValidationError) -> None:
    """Print the invalid settings of the environment or of `.env`, by variable name."""
    for line in describe_invalid_settings(error):
        print(line, file=sys.stderr)


def format_training(body: Mapping[str, Any]) -> Iterable[str]:
    """Return the published version, its metrics, and where the model is stored."""
    yield f"{body['model_name']} version {body['version']} was trained and published."
    yield from format_metrics(body)
    yield f"  model     {body['result']['model_uri']}"
    yield f"  job       {body['job_id']}"


def format_metrics(body: Mapping[str, Any]) -> Iterable[str]:
    """Return the scalar metrics of a job, measured on the hold-out rows."""
    for name, value in (body.get("metrics") or {}).items():
        if isinstance(value, float):
            yield f"  {name:<20}{value:.4f}"


def format_predictions(body: Mapping[str, Any]) -> Iterable[str]:
    """Return one prediction per line, or how to get them if the response does not hold them."""
    if body.get("predictions") is not None:
        yield from (str(prediction) for prediction in body["predictions"])
        return
    yield f"Job {body['job_id']} has too many predictions to print. Use --output PATH to write them to a file."


def format_job(body: Mapping[str, Any]) -> Iterable[str]:
    """Return the fields of a job, its metrics, its result and its error."""
    fields = ("job_id", "kind", "state", "model_name", "version", "created_at", "started_at", "finished_at")
    for name in fields:
        yield f"{name:<17}{_format_value(body[name])}"
    yield f"{'progress':<17}{body['progress']['rows_done']} rows"
    yield from format_metrics(body)
    for name, value in (body.get("result") or {}).items():
        if name not in fields and value is not None:
            yield f"{name:<17}{_format_value(value)}"
    if body.get("error"):
        yield f"{'error':<17}{body['error']['title']}: {body['error']['detail']}"


def format_jobs(body: Mapping[str, Any]) -> Iterable[str]:
    """Return one job per line, newest first."""
    yield f"{'JOB':<38}{'KIND':<9}{'STATE':<17}{'CREATED':<21}MODEL"
    for each in body["jobs"]:
        name = _format_value(each["model_name"]) + (f"@{each['version']}" if each["version"] else "")
        yield f"{each['job_id']:<38}{each['kind']:<9}{each['state']:<17}{each['created_at'][:19]:<21}{name}"
    if "next" in body["links"]:
        yield "More jobs match. Use --limit, --state, --kind or --model-name to change the selection."


def format_models(body: Mapping[str, Any]) -> Iterable[str]:
    """Return one model per line."""
    yield f"{'MODEL':<40}{'LATEST':<8}{'VERSIONS':<10}ALIASES"
    for each in body["models"]:
        yield f"{each['model_name']:<40}{_format_value(each['latest']):<8}{each['versions']:<10}{_format_aliases(each)}"


def format_model(body: Mapping[str, Any]) -> Iterable[str]:
    """Return a model's versions and aliases."""
    yield f"{'model':<13}{body['model_name']}"
    yield f"{'latest':<13}{_format_value(body['latest'])}"
    yield f"{'versions':<13}{body['versions']}"
    yield f"{'aliases':<13}{_format_aliases(body) or '-'}"


def _format_aliases(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{alias}={version}" for alias, version in body["aliases"].items())


def _format_value(value: object) -> str:
    return "-" if value is None else str(value)


def _format_issue(issue: Mapping[str, Any]) -> str:
    places = [f"{name} {issue[name]}" for name in ("column", "line", "parameter") if issue.get(name) is not None]
    where = f"{', '.join(places)}: " if places else ""
    hint = f" ({issue['hint']})" if issue.get("hint") else ""
    return f"{where}{issue['reason']}{hint}"
