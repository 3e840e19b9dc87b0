"""Any upload, under any key and with any event, ends as a succeeded job or is rejected with a reason."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mini_ml import catalogue
from mini_ml.adapters.aws.events import for_each_upload, uploads_in
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.errors import UnknownEvent
from mini_ml.jobs import store
from mini_ml.jobs.job import Job
from mini_ml.topology import LOCAL_NAMES
from tests.functions.services import Services, sample, services_over, train
from tests.fuzz import inputs, polluted
from tests.fuzz.hooks import LEAKS, strict
from tests.fuzz.inputs import examples

FAST = st.sampled_from(
    ["auto", "GaussianNB", "Ridge", "DecisionTreeClassifier", "DecisionTreeRegressor", "LogisticRegression"]
)
few = settings(examples(60), suppress_health_check=list(HealthCheck))


def run_upload(services: Services, key: str, body: bytes, metadata: dict[str, str]) -> Job | None:
    """Upload an object, run the workers, and return its job, if any."""
    services.cloud.uploads.put(key, body, metadata=metadata)
    services.deliver()
    found = list(services.cloud.artifacts.list_keys("jobs/"))
    ids = [name.removeprefix("jobs/").removesuffix(".json") for name in found if name.endswith(".json")]
    return store.read(services.cloud, ids[0]) if ids else None


def is_presentable(services: Services, job: Job) -> bool:
    """Return whether an ended job has no server error, is strict JSON and leaks nothing."""
    answer = services.api.get(f"/jobs/{job.job_id}")
    document = strict(answer.text)
    faulty = job.failure is None or (job.failure.code != "internal" and bool(job.failure.errors))
    return (
        answer.status_code == 200
        and faulty
        and document["state"] == job.state
        and not LEAKS.search(json.dumps(document["error"]))
    )


@few
@given(
    body=st.one_of(inputs.files, polluted.files()), model_type=FAST, dropped=st.sampled_from(["", "a", "a,b", "nope"])
)
def test_any_table_becomes_a_version_or_is_rejected(body: bytes, model_type: str, dropped: str) -> None:
    with TemporaryDirectory() as folder, services_over(memory_cloud(), Path(folder)) as services:
        job = run_upload(services, "train/t/a.csv", body, {"model-type": model_type, "columns-to-drop": dropped})

        assert job is not None
        assert job.state in ("succeeded", "failed")
        assert is_presentable(services, job)


@few
@given(body=inputs.files)
def test_any_file_is_scored_row_by_row_or_rejected(body: bytes) -> None:
    with TemporaryDirectory() as folder, services_over(memory_cloud(), Path(folder)) as services:
        train(services.trainer)
        answer = services.predict.post("/predict", files={"input_file": ("p.csv", body)})

        assert answer.status_code in (200, 422), answer.text
        assert not LEAKS.search(answer.text)


@few
@given(key=inputs.keys, metadata=inputs.metadata)
def test_any_key_and_metadata_create_one_job_or_none(key: str, metadata: dict[str, str]) -> None:
    with TemporaryDirectory() as folder, services_over(memory_cloud(), Path(folder)) as services:
        job = run_upload(services, key, b"a,b,y\n1,2,u\n2,1,v\n3,1,u\n4,4,v\n", metadata)

        assert job is None or job.state in ("succeeded", "failed")
        assert job is None or is_presentable(services, job)


@few
@given(params=inputs.params, model_type=st.sampled_from(sorted(catalogue.model_types()["model_types"])))
def test_any_parameters_are_accepted_or_rejected_by_name(params: dict[str, Any], model_type: str) -> None:
    with TemporaryDirectory() as folder, services_over(memory_cloud(), Path(folder)) as services:
        form = {"model_type": model_type, "model_params": json.dumps(params), "target_column": "variety"}
        file = {"dataset_file": ("iris.csv", sample("iris.csv"))}
        answer = services.api.post("/train", data=form, files=file, headers={"Prefer": "respond-async"})

        assert answer.status_code in (202, 400, 422), answer.text
        assert answer.status_code == 202 or all("parameter" in issue for issue in answer.json()["errors"])


@settings(examples(300))
@given(body=inputs.bodies)
def test_a_message_is_handled_only_as_the_upload_that_it_announces(body: str) -> None:
    try:
        found = uploads_in(body, bucket=LOCAL_NAMES.uploads_bucket)
    except UnknownEvent:
        return
    assert all(upload.bucket == LOCAL_NAMES.uploads_bucket and not upload.key.endswith("/") for upload in found)


@settings(examples(100))
@given(bodies=st.lists(inputs.bodies, max_size=4))
def test_only_the_unreadable_message_of_a_batch_is_received_again(bodies: list[str]) -> None:
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]

    answer = for_each_upload({"Records": records}, lambda upload: None, bucket=LOCAL_NAMES.uploads_bucket)

    assert {failure["itemIdentifier"] for failure in answer["batchItemFailures"]} <= {
        str(n) for n in range(len(bodies))
    }
