"""Nothing but an event makes anything happen."""

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
from tests.fixtures.hand_run import HandRun, hand_run
from tests.fixtures.platform import Platform, local_settings
from tests.fixtures.waiting import eventually

IRIS = Path(__file__).parents[2] / "samples" / "iris.csv"


@pytest.fixture
def unpolled(tmp_path: Path) -> Iterator[HandRun]:
    """A cloud of its own in which nobody takes messages out of the queues."""
    with hand_run(local_settings(tmp_path, stage="test")) as cloud:
        cloud.start_services()
        yield cloud


def submitted(platform: Platform) -> str:
    """Hand the iris sample over to be trained on; returns the id of a job that nobody has finished within a second."""
    with platform.http() as http:
        answer = http.post(
            "/train",
            files={"dataset_file": ("iris.csv", IRIS.read_bytes(), "text/csv")},
            data={"target_column": "variety", "model_name": "iris"},
            headers={"Prefer": "wait=1"},
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def test_a_training_waits_in_its_queue_until_somebody_polls_it(unpolled: HandRun) -> None:
    platform = unpolled.platform

    job = store.read(platform.cloud, submitted(platform))

    assert job.state == "queued"
    assert platform.cloud.uploads.get(job.upload.key).body == IRIS.read_bytes()
    assert [upload.key for upload in platform.announced("train")] == [job.upload.key]
    assert list(platform.cloud.artifacts.list_keys(keys.MODELS)) == []

    unpolled.start_pollers()

    assert platform.finished(job.job_id).state == "succeeded"
    assert platform.manifest("iris").job_id == job.job_id
    assert eventually(lambda: platform.cloud.queues["train"].depth() == 0 or None)


def test_a_dead_letter_fails_its_job_which_can_then_be_retried(unpolled: HandRun) -> None:
    platform = unpolled.platform
    job_id = submitted(platform)
    sqs = local_account(platform.endpoint_url).sqs
    work, dead = (
        sqs.get_queue_url(QueueName=LOCAL_NAMES.queue(name))["QueueUrl"] for name in ("train", "dead-letters")
    )
    for message in sqs.receive_message(QueueUrl=work, MaxNumberOfMessages=10)["Messages"]:
        sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=work, ReceiptHandle=message["ReceiptHandle"])

    unpolled.start_pollers("api")

    failure = platform.finished(job_id).failure
    assert failure is not None
    assert failure.code == "worker_lost"

    with platform.http() as http:
        assert http.post(f"/jobs/{job_id}/retry").status_code == 202
    unpolled.start_pollers("trainer")

    assert platform.finished(job_id).state == "succeeded"


def test_only_the_message_that_a_handler_reports_comes_back(emulated: CloudSettings) -> None:
    client = sqs_client(emulated)
    url = client.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"]
    for name in ("one", "two", "three"):
        SqsQueue(client, url).send(Upload(bucket="mini-ml-uploads", key=f"train/m/{name}.csv", version_id="v"))
    handled: list[str] = []

    def fail_on_two_at_first(upload: Upload) -> None:
        handled.append(keys.safe_filename(upload.key))
        if handled.count("two.csv") == 1 and upload.key.endswith("two.csv"):
            raise StorageUnavailable("away")

    poller = Poller(
        settings=PollerSettings(
            handler="", function_name="trainer", queue_url=url, timeout_seconds=60, batch_size=3, retry_seconds=0
        ),
        sqs=client,
        handler=lambda event, context: for_each_upload(event, fail_on_two_at_first, bucket="mini-ml-uploads"),
        give_up=lambda: None,
    )
    while handled.count("two.csv") < 2:
        poller.step()
    poller.step()

    assert sorted(handled) == ["one.csv", "three.csv", "two.csv", "two.csv"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "0"
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
