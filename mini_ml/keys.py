"""Build and parse S3 keys, and validate the names in them. No other module spells a key."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mini_ml.contracts import Kind
from mini_ml.errors import InvalidName, Issue
from mini_ml.topology import PREDICT_PREFIX, TRAIN_PREFIX

DEFAULT_MODEL: Final = "default"
LATEST: Final = "latest"

MODEL_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,63}$"
ALIAS: Final = r"^[a-z][a-z0-9._-]{0,63}$"
VERSION: Final = r"^([1-9][0-9]{0,5}|[a-z][a-z0-9._-]{0,63})$"
"""A version number, an alias or `latest`."""
JOB_ID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_NAME_HINT: Final = "a lower-case letter or digit, then letters, digits, `.`, `_`, `-`, at most 64"
UPLOAD_PREFIXES: Final[dict[Kind, str]] = {"train": TRAIN_PREFIX, "predict": PREDICT_PREFIX}


def or_empty(pattern: str) -> str:
    """Return a pattern that also matches the empty string."""
    return f"^({pattern.removeprefix('^').removesuffix('$')})?$"


def validate_model_name(name: str) -> str:
    """Return `name` if it is a valid model name. Raises InvalidName."""
    return _validate(MODEL_NAME, name, "model_name", _NAME_HINT)


def is_model_name(name: str) -> bool:
    """Return whether `name` is a valid model name."""
    return re.fullmatch(MODEL_NAME, name) is not None


def validate_alias(name: str) -> str:
    """Return `name` if it is a valid alias. Raises InvalidName."""
    if name == LATEST:
        raise InvalidName(
            "`latest` is reserved for the newest version and cannot be used as an alias.",
            issues=[Issue(parameter="alias", reason="`latest` is reserved", hint="choose another name")],
        )
    return _validate(ALIAS, name, "alias", "a lower-case letter, then letters, digits, `.`, `_`, `-`, at most 64")


def validate_version(text: str) -> str:
    """Return `text` if it is a version number, an alias or `latest`. Raises InvalidName."""
    return _validate(VERSION, text, "version", "a version number (1 or higher), an alias, or `latest`")


def validate_cursor(text: str) -> str:
    """Return `text` if it has the form of a cursor of a listing of jobs, newest first. Raises InvalidName."""
    if re.fullmatch(NEWEST_FIRST, text):
        return text
    issue = Issue(parameter="cursor", reason="unknown cursor", hint="follow `links.next`")
    raise InvalidName("The cursor was not issued by this server.", issues=[issue])


def validate_job_id(text: str) -> str:
    """Return `text` if it is a valid job id. Raises InvalidName."""
    return _validate(JOB_ID, text, "job_id", "the `job_id` from a response, a UUID")


def _validate(pattern: str, text: str, parameter: str, form: str) -> str:
    if re.fullmatch(pattern, text):
        return text
    reason = f"`{text[:80]}` is not allowed"
    raise InvalidName(
        f"The {parameter.replace('_', ' ')} {reason}.",
        issues=[Issue(parameter=parameter, reason=reason, hint=f"use {form}")],
    )


# ---------------------------------------------------------------- uploads


@dataclass(frozen=True, kw_only=True)
class UploadName:
    """The parts of an upload's key, not yet validated."""

    kind: Kind
    model_name: str
    version: str
    """`latest` if the key has no version; unused for training."""
    filename: str
    """The rest of the key; can contain `/`."""


def upload(kind: Kind, model_name: str, filename: str, *, version: str = LATEST) -> str:
    """Return the key of an upload."""
    at = "" if kind == "train" or version == LATEST else f"@{version}"
    return f"{UPLOAD_PREFIXES[kind]}{model_name}{at}/{filename}"


def match_upload(key: str) -> UploadName | None:
    """Parse the key of an upload. Returns None for folder markers and keys outside `train/` and `predict/`."""
    for kind, prefix in UPLOAD_PREFIXES.items():
        if key.startswith(prefix) and not key.endswith("/"):
            return _parse_below(kind, key.removeprefix(prefix))
    return None


def parse_upload(key: str) -> UploadName:
    """Parse the key of an upload, which must be one. Raises InvalidName."""
    name = match_upload(key)
    if name is None:
        issue = Issue(
            parameter="key", reason="not a file below `train/` or `predict/`", hint="use train/{model}/{file}"
        )
        raise InvalidName("The key is not a file below `train/` or `predict/`.", issues=[issue])
    return name


def _parse_below(kind: Kind, rest: str) -> UploadName:
    folder, slash, filename = rest.partition("/")
    if not slash:
        return UploadName(kind=kind, model_name=DEFAULT_MODEL, version=LATEST, filename=rest)
    if kind == "train":
        return UploadName(kind=kind, model_name=folder, version=LATEST, filename=filename)
    model_name, at, version = folder.partition("@")
    return UploadName(kind=kind, model_name=model_name, version=version if at else LATEST, filename=filename)


def name_of_file(key: str) -> str:
    """Return the name of the file under a key, without the folders above it."""
    return key.rpartition("/")[2]


_NOT_SHOWN: Final = "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
"""Control characters, zero-width characters and characters that change the text direction."""


def safe_filename(name: str) -> str:
    """Return the last path component of a client's file name, safe for S3 keys, headers and terminals."""
    last = re.split(r"[/\\]", name)[-1]
    shown = re.sub(_NOT_SHOWN, "", last)
    literal = re.sub(r"\$+(?=\{)", "", shown)  # S3 fills in `${filename}` where a form uploads
    name = literal[:128].strip()
    return name if name.strip(".") else "upload.csv"  # clients that normalise URLs would resolve `..`


# ---------------------------------------------------------------- jobs


def new_job_id(now: datetime, entropy: bytes) -> str:
    """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 of `entropy` (at least 10 bytes)."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    rest = int.from_bytes(entropy[:10], "big")
    value = milliseconds << 80 | 0x7 << 76 | (rest >> 68 & 0xFFF) << 64 | 0b10 << 62 | rest & (2**62 - 1)
    return str(uuid.UUID(int=value))


def job_id_of_upload(bucket: str, key: str, version_id: str) -> str:
    """Return the job id of an upload without a job, a UUIDv8 (RFC 9562).

    The id is derived from the object, so that a repeated event leads to the same job.
    """
    digest = hashlib.sha256("\x00".join((bucket, key, version_id)).encode()).digest()
    value = int.from_bytes(digest[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return str(uuid.UUID(int=value))


JOBS: Final = "jobs/"
OPEN_JOBS: Final = "jobs/open/"
JOBS_BY_TIME: Final = "jobs/by-time/"
SWEEP_STATE: Final = "sweep/state.json"
"""Key of the position from which the next sweep continues."""
_TIME_CEILING: Final = 10**15
NEWEST_FIRST: Final = r"^[0-9]{15}-[0-9a-f-]{36}$"
"""The form of the end of a key that sorts newer jobs first, which is the cursor of a listing by these keys."""


def job(job_id: str) -> str:
    """Return the key of a job."""
    return f"{JOBS}{job_id}.json"


def open_job(job_id: str) -> str:
    """Return the index key that exists while a job is open."""
    return f"{OPEN_JOBS}{job_id}"


def job_by_time(job_id: str, created_at: datetime) -> str:
    """Return the index key that sorts newer jobs first."""
    return f"{JOBS_BY_TIME}{_newest_first(job_id, created_at)}"


def _newest_first(job_id: str, created_at: datetime) -> str:
    """Return the end of a key that sorts newer jobs first; `NEWEST_FIRST` is its form."""
    return f"{_TIME_CEILING - int(created_at.timestamp() * 1000):015d}-{job_id}"


def unreadable_message(message_id: str) -> str:
    """Return the key of a dead letter that could not be parsed."""
    return f"sweep/unreadable/{message_id}.txt"


def job_id_in_index(key: str) -> str:
    """Return the job id at the end of a key below `open/` or of one that sorts newer jobs first."""
    return key[-36:]


# ---------------------------------------------------------------- models and predictions

MODELS: Final = "models/"
MOST_MOVES: Final = 10**9 - 1
"""Maximum number of moves of an alias."""
REJECTS: Final = "rejects.csv"
"""Name of the list of rows that could not be read, beside a model file or the output of a batch prediction."""
HOLDOUT_PREDICTIONS: Final = "holdout-predictions.csv.gz"
"""Name of the file with the predictions of the hold-out rows, beside a model file."""
PROFILE: Final = "profile.json"
"""Name of the figures of the report, beside a model file."""
REPORT: Final = "report.html"
"""Name of the report in English, beside a model file."""


def model_folder(model_name: str) -> str:
    """Return the prefix of everything that belongs to a model."""
    return f"{MODELS}{model_name}/"


def model_name_in_key(key: str) -> str:
    """Return the model name in a key below `models/`."""
    return key.split("/", 2)[1]


def version_in_key(key: str) -> int:
    """Return the version number in the key of a manifest; 0 if the key is not one."""
    found = re.fullmatch(rf"{MODELS}[^/]+/versions/([0-9]{{6}})\.json", key)
    return int(found[1]) if found else 0


def versions(model_name: str) -> str:
    """Return the prefix of a model's manifests."""
    return f"{model_folder(model_name)}versions/"


def manifest(model_name: str, version: int) -> str:
    """Return the key of a version's manifest; creating it publishes the version."""
    return f"{versions(model_name)}{version:06d}.json"


def aliases(model_name: str) -> str:
    """Return the prefix of a model's aliases."""
    return f"{model_folder(model_name)}aliases/"


def alias(model_name: str, name: str) -> str:
    """Return the key of an alias."""
    return f"{aliases(model_name)}{name}.json"


def alias_in_key(key: str) -> str:
    """Return the alias name in an alias key."""
    return key.rsplit("/", 1)[-1].removesuffix(".json")


def alias_moves(model_name: str, name: str) -> str:
    """Return the prefix of the earlier moves of an alias; outside the model's folder, whose listings stay short."""
    return f"alias-moves/{model_name}/{name}/"


def alias_move(model_name: str, name: str, number: int) -> str:
    """Return the key of a move of an alias, which sorts later moves first."""
    return f"{alias_moves(model_name, name)}{MOST_MOVES - number:09d}.json"


def move_number_in_key(key: str) -> int:
    """Return the number of the move in the key of one."""
    return MOST_MOVES - int(key.rsplit("/", 1)[-1].removesuffix(".json"))


def artifact(model_name: str, job_id: str, attempt: int, filename: str) -> str:
    """Return the key of a model file, written by a training attempt before it publishes."""
    return f"{model_folder(model_name)}artifacts/{job_id}/{attempt}/{filename}"


def prediction(model_name: str, version: int, job_id: str, filename: str) -> str:
    """Return the key of an output file of a batch prediction."""
    return f"predictions/{model_name}/{version:06d}/{job_id}/{filename}"


def batch_drifts(model_name: str, version: int) -> str:
    """Return the prefix of what the batches of a version say about their drift, newest first."""
    return f"drift/{model_name}/{version:06d}/"


def batch_drift(model_name: str, version: int, job_id: str, created_at: datetime) -> str:
    """Return the key of what a batch says about its drift."""
    return f"{batch_drifts(model_name, version)}{_newest_first(job_id, created_at)}.json"


def output_filename(upload_filename: str) -> str:
    """Return the file name of a batch prediction's output: the name of the upload, ending in `.csv`, without `.gz`.

    The output of an upload that is called as the list of rejects gets another name, because both lie side by side.
    """
    name = re.sub(r"\.gz$", "", safe_filename(upload_filename), flags=re.IGNORECASE) or "rows"
    full = name if name.lower().endswith(".csv") else f"{name}.csv"
    return "rejects-scored.csv" if full == REJECTS else full
