"""Events of real processes: a worker that is killed while it sends, a bus that is away, a rule on EventBridge."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mini_ml import keys
from mini_ml.adapters.aws.session import session
from mini_ml.contracts import JobEvent
from mini_ml.jobs import store
from mini_ml.local.processes import local_account
from tests.docs.pages import page
from tests.fixtures.emulated import point_at
from tests.fixtures.manual_platform import ManualPlatform, open_manual_platform
from tests.fixtures.platform import Platform, local_settings
from tests.fixtures.waiting import eventually
from tests.fixtures.webhook_receiver import Receiver, receiving

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on loopback that every process of the test sends its events to."""
    with receiving() as listening:
        monkeypatch.setenv("MINI_ML_EVENTS", "webhook")
        monkeypatch.setenv("MINI_ML_WEBHOOK_URL", listening.url)
        monkeypatch.setenv("MINI_ML_WEBHOOK_SECRET", f"whsec_{base64.b64encode(bytes(32)).decode()}")
        monkeypatch.setenv("MINI_ML_WEBHOOK_ALLOW_PRIVATE", "true")
        yield listening


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ManualPlatform]:
    """A platform without running processes."""
    with open_manual_platform(local_settings(tmp_path, stage="test")) as platform:
        yield platform


def train(platform: Platform, *, target: str = "variety") -> str:
    """Submit the iris sample for training, and return the id of the job."""
    with platform.http() as http:
        answer = http.post(
            "/train",
            files={"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")},
            data={"target_column": target, "model_name": "iris", "model_type": "GaussianNB"},
            headers={"Prefer": "respond-async"},
        )
    assert answer.is_success, answer.text
    return str(answer.json()["job_id"])


def wait_until_index_is_empty(platform: Platform) -> None:
    """Wait until no job is in the index of open jobs."""
    eventually(lambda: not list(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS)) or None)


def test_an_event_whose_worker_was_killed_while_it_was_sent_is_sent_again(
    receiver: Receiver, cloud: ManualPlatform
) -> None:
    platform = cloud.platform
    receiver.answers.clear()  # the worker waits for an answer
    cloud.start_services()
    cloud.start_pollers("trainer")
    submitted = train(platform)
    eventually(lambda: receiver.deliveries or None)
    assert store.read(platform.cloud, submitted).state == "succeeded"

    cloud.kill()
    receiver.answers.set()
    cloud.start_services()
    cloud.start_pollers()

    eventually(lambda: len(receiver.deliveries) > 1 or None)
    wait_until_index_is_empty(platform)
    assert {(event.type, event.job_id) for event in receiver.events} == {("job.succeeded", submitted)}
    assert len({event.event_id for event in receiver.events}) == 1
    assert store.read(platform.cloud, submitted).attempt == 1


def test_jobs_end_while_the_receiver_is_unavailable_and_their_events_arrive_later(
    receiver: Receiver, cloud: ManualPlatform
) -> None:
    platform = cloud.platform
    receiver.statuses[:] = [503] * 8
    cloud.start_services()
    cloud.start_pollers()

    succeeded, failed = train(platform), train(platform, target="nothing")
    states = [platform.wait_for_job(job_id).state for job_id in (succeeded, failed)]
    wait_until_index_is_empty(platform)

    assert states == ["succeeded", "failed"]
    accepted = receiver.events[8:]
    assert {(event.job_id, event.type, event.code) for event in accepted} == {
        (succeeded, "job.succeeded", None),
        (failed, "job.failed", "unknown_column"),
    }
    with platform.http(f"{platform.api_url}/") as http:
        links = [link for event in accepted for name, link in event.links.items() if name != "retry"]
        assert {link: http.get(link).status_code for link in links if not link.endswith("result")} == {
            link: 200 for link in links if not link.endswith("result")
        }


def test_a_rule_as_the_documentation_shows_it_receives_the_event_of_a_failed_job(
    cloud: ManualPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_ML_EVENTS", "eventbridge")
    platform = cloud.platform
    cloud.start_services()
    point_at(platform.endpoint_url, monkeypatch)
    sqs = local_account(platform.endpoint_url).sqs
    queue = sqs.create_queue(QueueName="failures")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _, pattern = page("docs/events.md").blocks("json")
    events = session().client("events")
    events.put_rule(Name="mini-ml-failures", EventPattern=pattern)
    events.put_targets(Rule="mini-ml-failures", Targets=[{"Id": "queue", "Arn": arn}])

    cloud.start_pollers()
    succeeded, failed = train(platform), train(platform, target="nothing")
    for job_id in (succeeded, failed):
        platform.wait_for_job(job_id)
    wait_until_index_is_empty(platform)

    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    details = [JobEvent.model_validate(json.loads(message["Body"])["detail"]) for message in messages]
    assert [(event.type, event.job_id, event.code) for event in details] == [("job.failed", failed, "unknown_column")]
