"""Every limit of topology/limits.py: a value just below it is accepted, and one just above is rejected by its name."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.requests import Request

from mini_ml.adapters.http.reading.bodies import read_body
from mini_ml.adapters.http.reading.json_bodies import read_json
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.contracts import InspectOptions, TrainOptions
from mini_ml.errors import MiniMLError, UploadTooLarge
from mini_ml.ml.estimates.preflight import JobEstimate, check_estimate
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.ml.training.inspect import inspect_file
from mini_ml.ml.training.train import train
from mini_ml.topology import MIB, STAGES, Limits, encoded_bytes
from tests.fixtures.coroutines import run
from tests.functions.services import Services, problem, services_over
from tests.functions.test_forms import multipart

SMALL = "a,b,y\n" + "".join(f"{n * n % 17},{n * 7 % 13},{'uv'[n % 2]}\n" for n in range(60))
FILE = ('name="dataset_file"; filename="t.csv"', SMALL.encode())
LIMITS = Limits()
Pair = Callable[[int, Path], list[str]]
"""Tries something of a size and returns the limits that it was refused by; empty where it was taken."""


def limits_exceeded_by(work: Callable[[], object]) -> list[str]:
    """Return the names of the limits that a piece of work exceeds."""
    try:
        work()
    except MiniMLError as error:
        return [str(issue.limit) for issue in error.issues]
    return []


def training(limits: Limits, csv: str, folder: Path, model_type: str = "GaussianNB", **params: Any) -> list[str]:
    """Train on a CSV under some limits."""
    path = folder / "t.csv"
    path.write_text(csv)
    options = TrainOptions(model_type=model_type, model_params=params)
    return limits_exceeded_by(lambda: train(path, options, limits=limits))


@contextmanager
def services_with_limits(folder: Path, **limits: int) -> Iterator[Services]:
    """Run services with other limits."""
    stage = replace(STAGES["test"], limits=replace(LIMITS, **limits))
    with services_over(memory_cloud(stage=stage), folder) as services:
        yield services


def limits_in(answer: Any) -> list[str]:
    """Return the names of the limits in a response."""
    if answer.status_code < 400:
        return []
    return [str(issue.get("limit")) for issue in problem(answer)["errors"]]


def post_form(services: Services, *parts: tuple[str, bytes]) -> list[str]:
    """Post a form to /train, without waiting for the training."""
    headers = {"Content-Type": "multipart/form-data; boundary=cut", "Prefer": "respond-async"}
    return limits_in(services.api.post("/train", content=multipart(*parts), headers=headers))


def score(services: Services, body: str) -> list[str]:
    """Score rows online, with a model that is trained first."""
    services.trainer.post("/train", files={"dataset_file": ("t.csv", SMALL)}, data={"model_type": "GaussianNB"})
    headers = {"Content-Type": "application/json"}
    return limits_in(services.predict.post("/models/default/invocations", content=body, headers=headers))


# ---------------------------------------------------------------- what a request may hold


def inline_upload_bytes(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, inline_upload_bytes=len(FILE[1]) - over) as services:
        return post_form(services, FILE)


def upload_bytes(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, upload_bytes=len(FILE[1]) - over) as services:
        head = services.cloud.uploads.put("train/default/t.csv", FILE[1])
        services.deliver()
        [job] = services.api.get("/jobs").json()["jobs"]
        assert head.size == len(FILE[1])
        return [issue["limit"] for issue in job["error"]["errors"]] if job["error"] else []


def gzip_ratio(over: int, folder: Path) -> list[str]:
    """A file of equal rows: 17 MiB are packed to about 20 KB."""
    rows = b"a,b,y\n" + (b"1," + b"2" * 2_000 + b",u\n") * (17 * MIB // 2_000)
    packed = gzip.compress(rows)
    limits = replace(LIMITS, gzip_ratio=len(rows) // len(packed) + (1 - over))
    return limits_exceeded_by(lambda: read_table_from(io.BytesIO(packed), limits))


def field_bytes(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, field_bytes=500) as services:
        return post_form(services, FILE, ('name="target_column"', b"y" * (500 + over)))


def form_parts(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, form_parts=3) as services:
        names = ["model_name", "target_column", "model_type", "model_params"][: 3 + over]
        return post_form(services, FILE, *((f'name="{name}"', b"") for name in names))


def json_bytes(over: int, folder: Path) -> list[str]:
    body = json.dumps({"kind": "train", "filename": "t.csv"})
    with services_with_limits(folder, json_bytes=len(body) - over) as services:
        return limits_in(services.api.post("/uploads", content=body, headers={"Content-Type": "application/json"}))


def body_seconds(over: int, folder: Path) -> list[str]:
    """A body that is there needs no time at all; one that never comes is waited for no longer than that."""

    async def receive() -> dict[str, Any]:
        if over:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": b"{}"}

    request = Request({"type": "http", "headers": [(b"content-type", b"application/json")]}, receive)
    return limits_exceeded_by(lambda: run(read_json(request, replace(LIMITS, body_seconds=0))))


def online_rows(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, online_rows=4) as services:
        return score(services, json.dumps({"instances": [[1, 2]] * (4 + over)}))


def online_bytes(over: int, folder: Path) -> list[str]:
    body = json.dumps({"instances": [[1, 2]]})
    with services_with_limits(folder, online_bytes=len(body) - over) as services:
        return score(services, body)


def kept_bad_rows(over: int, folder: Path) -> list[str]:
    with services_with_limits(folder, kept_bad_rows=2 - over) as services:
        services.trainer.post("/train", files={"dataset_file": ("t.csv", SMALL)}, data={"model_type": "GaussianNB"})
        file = ("p.csv", "a,b\n2,1\n1,2,3\n4,5,6\n")
        return limits_in(services.predict.post("/predict", files={"input_file": file}, data={"bad_rows": "keep"}))


def inspect_rows(over: int, folder: Path) -> list[str]:
    """Above it nothing is rejected: the answer says that there is more."""
    found = inspect_file(io.BytesIO(SMALL.encode()), InspectOptions(), replace(LIMITS, inspect_rows=60 - over))
    return [] if found.complete else ["inspect_rows"]


def inspect_bytes(over: int, folder: Path) -> list[str]:
    limits = replace(LIMITS, inspect_bytes=len(SMALL) - over)
    found = inspect_file(io.BytesIO(gzip.compress(SMALL.encode())), InspectOptions(), limits)
    return [] if found.complete else ["inspect_bytes"]


def answer_bytes(over: int, folder: Path) -> list[str]:
    """Above it nothing is rejected: the response links to the predictions instead of containing them."""
    with services_with_limits(folder, answer_bytes=encoded_bytes('"u"') - over) as services:
        services.trainer.post("/train", files={"dataset_file": ("t.csv", SMALL)}, data={"model_type": "GaussianNB"})
        answer = services.predict.post("/predict", files={"input_file": ("p.csv", "a,b\n2,1\n")}).json()
        return ["answer_bytes"] if answer["truncated"] else []


def encoded_answer_bytes(over: int, folder: Path) -> list[str]:
    answer = '{"predictions":["u"],"model_name":"default","version":1}'
    with services_with_limits(folder, encoded_answer_bytes=encoded_bytes(answer) - over) as services:
        return score(services, json.dumps({"instances": [[2, 1]]}))


# ---------------------------------------------------------------- what a table may be


def rows(over: int, folder: Path) -> list[str]:
    return limits_exceeded_by(lambda: read_table_from(io.BytesIO(SMALL.encode()), replace(LIMITS, rows=60 - over)))


def columns(over: int, folder: Path) -> list[str]:
    return limits_exceeded_by(lambda: read_table_from(io.BytesIO(SMALL.encode()), replace(LIMITS, columns=3 - over)))


def cell_chars(over: int, folder: Path) -> list[str]:
    csv = f"a,y\n{'ç' * (50 + over)},u\n1,v\n"
    return limits_exceeded_by(lambda: read_table_from(io.BytesIO(csv.encode()), replace(LIMITS, cell_chars=50)))


def encoded_width(over: int, folder: Path) -> list[str]:
    return [limit for limit in training(replace(LIMITS, encoded_width=2 - over), SMALL, folder) if limit != "None"]


def matrix_cells(over: int, folder: Path) -> list[str]:
    return training(replace(LIMITS, matrix_cells=48 * 2 - over), SMALL, folder)


def classes(over: int, folder: Path) -> list[str]:
    return training(replace(LIMITS, classes=2 - over), SMALL, folder)


# ---------------------------------------------------------------- what a training may take


def plan(**params: Any) -> JobEstimate:
    """Return a training of a forest that takes some minutes and some gigabytes."""
    matrix = MatrixShape(rows=300_000, width=30, labels=("a", "b"))
    built = build("RandomForestClassifier", params, shape=matrix, seed=0)
    return JobEstimate(model_type="RandomForestClassifier", params=built.params, shape=matrix)


def estimated_seconds(over: int, folder: Path) -> list[str]:
    limits = Limits(
        estimated_seconds=int(plan().seconds) + 1 - over, estimated_memory_mib=99_999, artifact_bytes=10**10
    )
    return limits_exceeded_by(lambda: check_estimate(plan(), limits))


def estimated_memory_mib(over: int, folder: Path) -> list[str]:
    limits = Limits(
        estimated_memory_mib=int(plan().memory_mib) + 1 - over, estimated_seconds=99_999, artifact_bytes=10**10
    )
    return limits_exceeded_by(lambda: check_estimate(plan(), limits))


def artifact_bytes(over: int, folder: Path) -> list[str]:
    """The finished file is measured too: a Bayesian model has an estimate of nothing."""
    with services_with_limits(folder, artifact_bytes=10**9) as services:
        services.trainer.post("/train", files={"dataset_file": ("t.csv", SMALL)}, data={"model_type": "GaussianNB"})
        size = services.api.get("/models/default/versions/1").json()["artifact"]["unpacked_size"]
    with services_with_limits(folder, artifact_bytes=size - over) as services:
        form = {"model_type": "GaussianNB"}
        return limits_in(services.trainer.post("/train", files={"dataset_file": ("t.csv", SMALL)}, data=form))


PAIRS: dict[str, Pair] = {
    pair.__name__: pair
    for pair in (
        inline_upload_bytes,
        upload_bytes,
        gzip_ratio,
        field_bytes,
        form_parts,
        json_bytes,
        body_seconds,
        rows,
        columns,
        cell_chars,
        encoded_width,
        online_rows,
        online_bytes,
        kept_bad_rows,
        inspect_rows,
        inspect_bytes,
        answer_bytes,
        encoded_answer_bytes,
        artifact_bytes,
        estimated_seconds,
        estimated_memory_mib,
        matrix_cells,
        classes,
    )
}


def test_every_limit_is_tested() -> None:
    assert set(PAIRS) == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("limit", PAIRS)
def test_a_value_just_below_a_limit_is_accepted(limit: str, tmp_path: Path) -> None:
    assert PAIRS[limit](0, tmp_path) == []


@pytest.mark.parametrize("limit", PAIRS)
def test_a_value_just_above_a_limit_is_rejected_with_its_name(limit: str, tmp_path: Path) -> None:
    assert set(PAIRS[limit](1, tmp_path)) == {limit}


def test_a_body_far_beyond_its_limit_is_not_read_to_its_end() -> None:
    """Up to 64 MiB more are read, so that the client gets to read the problem; a service never reads without end."""
    mebibytes = 0

    async def receive() -> dict[str, Any]:
        nonlocal mebibytes
        mebibytes += 1
        return {"type": "http.request", "body": bytes(1024 * 1024), "more_body": mebibytes < 200}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)

    with pytest.raises(UploadTooLarge):
        run(read_body(request, limit_bytes=1024 * 1024, limit="json_bytes", within_seconds=60))

    assert mebibytes == 66
