"""Find or create the job of an uploaded object."""

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import PredictOptions, TrainOptions
from mini_ml.errors import AlreadyExists, JobNotRetryable
from mini_ml.jobs import control, intake, store, submit
from tests.unit.workflows.story import Publisher, build_upload, lease_upload, load_upload, put_upload, submit_training


def test_an_upload_to_s3_becomes_a_job_with_the_options_of_its_metadata(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv", target_column="variety", columns_to_drop="id,a%2Cb")
    arrival = intake.find_arrival(cloud, upload)
    assert arrival is not None
    assert arrival.record.job.state == "queued"
    assert arrival.record.job.model_name == "iris"
    assert arrival.record.job.train is not None
    assert arrival.record.job.train.target_column == "variety"
    assert arrival.record.job.train.columns_to_drop == ("id", "a", "b")


def test_metadata_is_percent_decoded_once(cloud: MemoryCloud) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/iris/a.csv", target_column="100%2525"))
    assert arrival is not None
    assert arrival.record.job.train is not None
    assert arrival.record.job.train.target_column == "100%25"


def test_a_duplicate_event_creates_no_second_job(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    first, second = intake.find_arrival(cloud, upload), intake.find_arrival(cloud, upload)
    assert first is not None
    assert second is not None
    assert first.record.job == second.record.job


def test_a_file_without_a_folder_uses_the_default_model_name(cloud: MemoryCloud) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/a.csv"))
    assert arrival is not None
    assert arrival.record.job.model_name == "default"


@pytest.mark.parametrize(
    ("key", "version"),
    [("predict/iris/x.csv", "latest"), ("predict/iris@2/x.csv", "2"), ("predict/iris@champion/d/x.csv", "champion")],
)
def test_the_key_of_a_batch_names_its_version(cloud: MemoryCloud, key: str, version: str) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, key, output="predictions"))
    assert arrival is not None
    assert arrival.record.job.predict == PredictOptions(version=version, only_predictions=True)


@pytest.mark.parametrize("key", ["train/iris/", "predict/iris@2/", "other/iris/a.csv"])
def test_folder_markers_and_other_prefixes_create_no_job(cloud: MemoryCloud, key: str) -> None:
    assert intake.find_arrival(cloud, put_upload(cloud, key)) is None
    assert list(cloud.artifacts.list_keys("jobs/")) == []


def test_a_removed_upload_creates_no_job(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv").model_copy(update={"version_id": "gone"})
    assert intake.find_arrival(cloud, upload) is None


@pytest.mark.parametrize(
    ("key", "metadata", "code"),
    [
        ("train/No Such Name/a.csv", {}, "invalid_name"),
        ("predict/iris@/a.csv", {}, "invalid_name"),
        ("train/iris/a.csv", {"model_type": "Forest"}, "unknown_model_type"),
        ("train/iris/a.csv", {"model_params": "{"}, "invalid_request"),
        ("predict/iris/a.csv", {"output": "xlsx"}, "invalid_option"),
    ],
)
def test_invalid_options_of_an_upload_fail_its_job_for_good(
    cloud: MemoryCloud, key: str, metadata: dict[str, str], code: str
) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, key, **metadata))
    assert arrival is not None
    job = arrival.record.job
    assert (job.state, job.failure and job.failure.code) == ("failed", code)
    with pytest.raises(JobNotRetryable):
        control.retry(cloud, job.job_id)


@pytest.mark.parametrize(
    "key", ["target_colum", "Target-Column", "targetcolumn", "model-typ", "column-to-drop", "outputs"]
)
def test_a_misspelt_option_fails_its_job_and_names_the_nearest_option(cloud: MemoryCloud, key: str) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/iris/a.csv", **{key: "a"}))
    assert arrival is not None
    failure = arrival.record.job.failure
    assert failure is not None
    assert (failure.code, failure.errors[0].parameter) == ("invalid_option", key.replace("_", "-"))
    assert str(failure.errors[0].hint).startswith("did you mean `")


@pytest.mark.parametrize("key", ["mtime", "s3cmd-attrs", "mode", "owner", "target", "content-md5", "job-id"])
def test_metadata_of_other_tools_is_ignored(cloud: MemoryCloud, key: str) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/iris/a.csv", **{key: "1"}))
    assert arrival is not None
    assert arrival.record.job.state == "queued"


def test_a_submitted_file_finds_the_job_that_waits_for_it(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    arrival = intake.find_arrival(cloud, load_upload(cloud, job))
    assert arrival is not None
    assert arrival.record.job.job_id == job.job_id


def test_a_job_id_is_accepted_only_with_the_key_that_its_job_waits_for(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    other_upload = put_upload(cloud, "train/iris/other.csv", job_id=job.job_id)
    arrival = intake.find_arrival(cloud, other_upload)
    assert arrival is not None
    assert other_upload.version_id is not None
    assert arrival.record.job.job_id == keys.job_id_of_upload(
        other_upload.bucket, other_upload.key, other_upload.version_id
    )


def test_a_form_that_is_posted_twice_creates_a_second_job_with_the_same_options(
    cloud: MemoryCloud, publish: Publisher
) -> None:
    options = TrainOptions(target_column="b", model_type="Ridge")
    invitation = submit.invite_upload(cloud, model_name="iris", filename="a.csv", train=options)
    first = build_upload(cloud, cloud.uploads.receive(invitation.post, b"a,b\n1,2\n"))
    with lease_upload(cloud, first) as lease:
        lease.succeed_training(publish(lease))
    second = intake.find_arrival(cloud, build_upload(cloud, cloud.uploads.receive(invitation.post, b"a,b\n3,4\n")))
    assert second is not None
    assert second.record.job.job_id != invitation.job.job_id
    assert second.record.job.train == options


def test_a_submission_whose_response_was_lost_is_stored_once(cloud: MemoryCloud) -> None:
    def lose_the_response(method: str, key: str) -> None:
        raise AlreadyExists("the retry of a write whose answer was lost")

    cloud.uploads.after = lose_the_response
    job = submit_training(cloud)
    assert len(list(cloud.uploads.list_versions(job.upload.key))) == 1
    assert store.read(cloud, job.job_id).state == "queued"


@pytest.mark.parametrize("job_id", ["", "../x", "00000000-0000-7000-8000-000000000000"])
def test_the_id_of_a_missing_job_is_ignored(cloud: MemoryCloud, job_id: str) -> None:
    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/iris/a.csv", job_id=job_id))
    assert arrival is not None
    assert arrival.record.job.state == "queued"


@pytest.mark.parametrize("depth", [10, 400, 600, 990])
def test_deeply_nested_options_fail_their_job(cloud: MemoryCloud, depth: int) -> None:
    nested = f'{{"alpha":{"[" * depth}{"]" * depth}}}'

    arrival = intake.find_arrival(cloud, put_upload(cloud, "train/iris/a.csv", model_type="Ridge", model_params=nested))

    assert arrival is not None
    assert arrival.record.job.failure is not None
    assert arrival.record.job.failure.code in ("invalid_option", "invalid_request")
