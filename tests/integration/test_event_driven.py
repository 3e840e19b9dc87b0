"""Work starts only when a poller receives an event."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from mini_ml import keys
from mini_ml.adapters.aws.clients import sqs_client
from mini_ml.adapters.aws.events import for_each_upload
from mini_ml.adapters.aws.sqs import SqsQueue
from mini_ml.adapters.settings import CloudSettings
from mini_ml.contracts import Upload
from mini_ml.errors import StorageUnavailable
from mini_ml.jobs import store
from mini_ml.local.poller import Poller, PollerSettings
from mini_ml.local.processes import local_account
from mini_ml.topology import LOCAL_NAMES
from tests.fixtures.manual_platform import ManualPlatform, open_manual_platform
from tests.fixtures.platform import Platform, local_settings
from tests.fixtures.waiting import eventually

IRIS = Path(__file__).parents[2] / "samples" / "iris.csv"


@pytest.fixture
def unpolled(tmp_path: Path) -> Iterator[ManualPlatform]:
    """A platform without pollers."""
    with open_manual_platform(local_settings(tmp_path, stage="test")) as cloud:
        cloud.start_services()
        yield cloud


def submit_training(platform: Platform) -> str:
    """Submit the iris sample for training, wait one second, and return the id of the unfinished job."""
    with platform.http() as http:
        answer = http.post(
            "/train",
            files={"dataset_file": ("iris.csv", IRIS.read_bytes(), "text/csv")},
            data={"target_column": "variety", "model_name": "iris"},
            headers={"Prefer": "wait=1"},
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def test_a_training_stays_queued_until_a_poller_runs(unpolled: ManualPlatform) -> None:
    platform = unpolled.platform

    job = store.read(platform.cloud, submit_training(platform))

    assert job.state == "queued"
    assert platform.cloud.uploads.get(job.upload.key).body == IRIS.read_bytes()
    assert [upload.key for upload in platform.queued_uploads("train")] == [job.upload.key]
    assert list(platform.cloud.artifacts.list_keys(keys.MODELS)) == []

    unpolled.start_pollers()

    assert platform.wait_for_job(job.job_id).state == "succeeded"
    assert platform.manifest("iris").job_id == job.job_id
    assert eventually(lambda: platform.cloud.queues["train"].depth() == 0 or None)


def test_a_dead_letter_fails_its_job_which_can_then_be_retried(unpolled: ManualPlatform) -> None:
    platform = unpolled.platform
    job_id = submit_training(platform)
    sqs = local_account(platform.endpoint_url).sqs
    work, dead = (
        sqs.get_queue_url(QueueName=LOCAL_NAMES.queue(name))["QueueUrl"] for name in ("train", "dead-letters")
    )
    for message in sqs.receive_message(QueueUrl=work, MaxNumberOfMessages=10)["Messages"]:
        sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=work, ReceiptHandle=message["ReceiptHandle"])

    unpolled.start_pollers("sweeper")

    failure = platform.wait_for_job(job_id).failure
    assert failure is not None
    assert failure.code == "worker_lost"

    with platform.http() as http:
        assert http.post(f"/jobs/{job_id}/retry").status_code == 202
    unpolled.start_pollers("trainer")

    assert platform.wait_for_job(job_id).state == "succeeded"


def test_only_the_message_that_a_handler_reports_is_received_again(emulated: CloudSettings) -> None:
    client = sqs_client(emulated)
    url = client.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"]
    for name in ("one", "two", "three"):
        SqsQueue(client, url).send(Upload(bucket="mini-ml-uploads", key=f"train/m/{name}.csv", version_id="v"))
    handled: list[str] = []

    def fail_once_on_two(upload: Upload) -> None:
        handled.append(keys.safe_filename(upload.key))
        if handled.count("two.csv") == 1 and upload.key.endswith("two.csv"):
            raise StorageUnavailable("away")

    poller = Poller(
        settings=PollerSettings(
            handler="", function_name="trainer", queue_url=url, timeout_seconds=60, batch_size=3, retry_seconds=0
        ),
        sqs=client,
        handler=lambda event, context: for_each_upload(event, fail_once_on_two, bucket="mini-ml-uploads"),
        give_up=lambda: None,
    )
    while handled.count("two.csv") < 2:
        poller.step()
    poller.step()

    assert sorted(handled) == ["one.csv", "three.csv", "two.csv", "two.csv"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "0"
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
