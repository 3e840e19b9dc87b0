"""Turns answers into lines for a terminal."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from mini_ml.adapters.auth.api_keys import ApiKey
from mini_ml.client import Document

_STEERING: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters but the tab, line ends of Unicode, and what turns the direction of text around."""

Show = Callable[[Mapping[str, Any]], Iterable[str]]
"""Makes lines out of the body of an answer."""


def print_document(document: Document, show: Show, *, as_json: bool) -> None:
    """Print an answer, as it came or as `show` tells it."""
    if as_json:
        print(json.dumps(document.body, indent=2, ensure_ascii=sys.stdout.encoding.lower() != "utf-8"))
        return
    for line in show(document.body):
        print(visible(line))


def print_problem(problem: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a refusal to standard error, every fault on a line of its own."""
    if as_json:
        print(json.dumps(problem, indent=2, ensure_ascii=False), file=sys.stderr)
        return
    print(visible(f"{problem.get('title', 'Refused')}: {problem.get('detail', '')}"), file=sys.stderr)
    for fault in problem.get("errors", []):
        print(visible(f"  - {_fault(fault)}"), file=sys.stderr)


def visible(line: str) -> str:
    """Spell out control characters: a label, a column or a file name of somebody else's must not steer a terminal."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


def print_key(key: str, stored: ApiKey) -> None:
    """Print a new key, and the entry that lets it in."""
    print(f"The key, shown this once; whoever uses it sets MINI_ML_API_KEY or sends it as a bearer token:\n\n  {key}\n")
    print(f"Its entry for the platform's MINI_ML_API_KEYS, which holds no secret:\n\n  {stored}")


def print_wrong_settings(error: ValidationError) -> None:
    """Print what is wrong with the environment, or with `.env`, by the names of the variables."""
    for wrong in error.errors():
        name = "".join(f"MINI_ML_{str(part).upper()}: " for part in wrong["loc"])
        print(f"{name}{wrong['msg'].removeprefix('Value error, ')}", file=sys.stderr)


def trained(body: Mapping[str, Any]) -> Iterable[str]:
    """Tell what a training made and how good it is."""
    yield f"{body['model_name']} version {body['version']} is trained."
    yield from metrics(body)
    yield f"  model     {body['result']['model_uri']}"
    yield f"  job       {body['job_id']}"


def metrics(body: Mapping[str, Any]) -> Iterable[str]:
    """Tell the single figures among a job's metrics, measured on the hold-out rows."""
    for name, value in (body.get("metrics") or {}).items():
        if isinstance(value, float):
            yield f"  {name:<20}{value:.4f}"


def predicted(body: Mapping[str, Any]) -> Iterable[str]:
    """Give one prediction per line, or tell where they lie if they are too many for an answer."""
    if body.get("predictions") is not None:
        yield from (str(prediction) for prediction in body["predictions"])
        return
    yield f"The predictions of job {body['job_id']} are too many to print; write them to a file with --output PATH."


def job(body: Mapping[str, Any]) -> Iterable[str]:
    """Tell everything that matters about a job."""
    told = ("job_id", "kind", "state", "model_name", "version", "created_at", "started_at", "finished_at")
    for name in told:
        yield f"{name:<17}{_text(body[name])}"
    yield f"{'progress':<17}{body['progress']['rows_done']} rows"
    yield from metrics(body)
    for name, value in (body.get("result") or {}).items():
        if name not in told and value is not None:
            yield f"{name:<17}{_text(value)}"
    if body.get("error"):
        yield f"{'error':<17}{body['error']['title']}: {body['error']['detail']}"


def jobs(body: Mapping[str, Any]) -> Iterable[str]:
    """Give one job per line, newest first."""
    yield f"{'JOB':<38}{'KIND':<9}{'STATE':<17}{'CREATED':<21}MODEL"
    for each in body["jobs"]:
        name = _text(each["model_name"]) + (f"@{each['version']}" if each["version"] else "")
        yield f"{each['job_id']:<38}{each['kind']:<9}{each['state']:<17}{each['created_at'][:19]:<21}{name}"
    if "next" in body["links"]:
        yield "There are more; see --limit, --state, --kind and --model-name."


def models(body: Mapping[str, Any]) -> Iterable[str]:
    """Give one model per line."""
    yield f"{'MODEL':<40}{'LATEST':<8}{'VERSIONS':<10}ALIASES"
    for each in body["models"]:
        yield f"{each['model_name']:<40}{_text(each['latest']):<8}{each['versions']:<10}{_aliases(each)}"


def model(body: Mapping[str, Any]) -> Iterable[str]:
    """Tell what the registry knows of a model."""
    yield f"{'model':<13}{body['model_name']}"
    yield f"{'latest':<13}{_text(body['latest'])}"
    yield f"{'versions':<13}{body['versions']}"
    yield f"{'aliases':<13}{_aliases(body) or '-'}"


def _aliases(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{alias}={version}" for alias, version in body["aliases"].items())


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _fault(fault: Mapping[str, Any]) -> str:
    places = [f"{name} {fault[name]}" for name in ("column", "line", "parameter") if fault.get(name) is not None]
    where = f"{', '.join(places)}: " if places else ""
    hint = f" ({fault['hint']})" if fault.get("hint") else ""
    return f"{where}{fault['reason']}{hint}"
