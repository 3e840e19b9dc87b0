"""One conditional write publishes a version exactly once."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.errors import AlreadyExists, LeaseLost, ModelNotFound, StorageUnavailable, VersionNotFound
from mini_ml.jobs import outcome, store, sweep
from mini_ml.jobs.lease import JobLease
from mini_ml.registry import aliases, versions
from mini_ml.registry.sealing import is_sealed
from tests.unit.workflows.story import START, Clock, Publisher, lease_upload, list_manifests, put_upload


def test_versions_are_numbered_from_one_without_gaps(cloud: MemoryCloud, publish: Publisher) -> None:
    for number in range(3):
        publish(lease_upload(cloud, put_upload(cloud, f"train/iris/{number}.csv")))
    assert list_manifests(cloud, "iris") == [keys.manifest("iris", number) for number in (1, 2, 3)]


def test_two_trainings_that_finish_together_get_two_versions(cloud: MemoryCloud, publish: Publisher) -> None:
    one, other = (lease_upload(cloud, put_upload(cloud, f"train/iris/{name}.csv")) for name in "ab")
    one.record_intent(1)
    other.record_intent(1)
    assert [publish(one).version, publish(other).version] == [1, 2]


def test_a_write_whose_response_was_lost_publishes_once(cloud: MemoryCloud, publish: Publisher) -> None:
    lease = lease_upload(cloud, put_upload(cloud, "train/iris/a.csv"))

    def lose_the_response(method: str, key: str) -> None:
        if key == keys.manifest("iris", 1):
            raise AlreadyExists("the retry of a write whose answer was lost")

    cloud.artifacts.after = lose_the_response
    assert publish(lease).job_id == lease.job.job_id
    assert len(list_manifests(cloud, "iris")) == 1


def test_a_successor_finds_what_its_predecessor_published(cloud: MemoryCloud, clock: Clock, publish: Publisher) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    standing = publish(lease_upload(cloud, upload))
    clock.forward(cloud.stage.lease_seconds + 1)
    successor = lease_upload(cloud, upload)
    assert outcome.find_published(cloud, successor.job) == standing
    assert publish(successor) == standing


def test_a_paused_predecessor_and_its_successor_publish_one_version(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    paused = lease_upload(cloud, upload)
    successors: list[JobLease] = []

    def overtake(method: str, key: str) -> None:
        if key == keys.manifest("iris", 1) and method == "put_new" and not successors:
            clock.forward(cloud.stage.lease_seconds + 1)
            successors.append(lease_upload(cloud, upload))

    cloud.artifacts.before = overtake
    first = publish(paused)

    assert publish(successors[0]) == first
    assert len(list_manifests(cloud, "iris")) == 1


def test_a_worker_that_lost_its_lease_while_it_slept_publishes_nothing(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    asleep = lease_upload(cloud, upload)
    asleep.record_intent(1)
    clock.forward(cloud.stage.lease_seconds + 1)
    lease_upload(cloud, upload)

    with pytest.raises(LeaseLost):
        publish(asleep)
    assert list_manifests(cloud, "iris") == []


def test_a_job_marked_as_failed_while_its_worker_published_succeeds(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")

    def fail_dead_letter(method: str, key: str) -> None:
        if key == keys.manifest("iris", 1) and method == "put_new":
            clock.forward(cloud.stage.lease_seconds + 1)
            sweep.fail_dead_letter(cloud, upload)

    cloud.artifacts.before = fail_dead_letter
    with lease_upload(cloud, upload) as lease:
        manifest = publish(lease)
        lease.succeed_training(manifest)

    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.version, job.failure) == ("succeeded", 1, None)


def test_a_predecessor_that_tries_the_next_version_notices_that_it_lost_the_lease(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    paused = lease_upload(cloud, upload)
    paused.record_intent(1)
    clock.forward(cloud.stage.lease_seconds + 1)
    lease_upload(cloud, upload)
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/other.csv")))
    with pytest.raises(LeaseLost):
        publish(paused)


def test_an_older_upload_that_finishes_later_is_superseded(cloud: MemoryCloud, publish: Publisher) -> None:
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/new.csv")), START)
    older = publish(lease_upload(cloud, put_upload(cloud, "train/iris/old.csv")), START - timedelta(seconds=1))
    assert older.superseded
    assert aliases.resolve(cloud.artifacts, "iris", "latest") == 1
    assert aliases.resolve(cloud.artifacts, "iris", "2") == 2


def test_a_seal_covers_every_field(cloud: MemoryCloud, publish: Publisher) -> None:
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")))
    document = cloud.artifacts.get(keys.manifest("iris", 1)).body
    assert is_sealed(cloud, document)
    assert not is_sealed(cloud, document.replace(b'"model_name":"iris"', b'"model_name":"other"'))
    assert not is_sealed(cloud, document.replace(b"{", b'{"new":1,', 1))


def test_a_document_of_a_newer_release_is_read(cloud: MemoryCloud, publish: Publisher) -> None:
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")))
    stored = cloud.artifacts.get(keys.manifest("iris", 1)).body
    cloud.artifacts.put(keys.manifest("iris", 1), stored.replace(b"{", b'{"new":1,', 1))
    assert aliases.resolve(cloud.artifacts, "iris", "latest") == 1


def test_nothing_is_published_while_the_store_is_unavailable(cloud: MemoryCloud, publish: Publisher) -> None:
    lease = lease_upload(cloud, put_upload(cloud, "train/iris/a.csv"))

    def fail_as_unavailable(method: str, key: str) -> None:
        raise StorageUnavailable("away")

    cloud.artifacts.before = fail_as_unavailable
    with pytest.raises(StorageUnavailable):
        publish(lease)


@given(count=st.integers(0, 70), known=st.integers(0, 70))
@settings(max_examples=40, deadline=None)
def test_the_newest_version_is_found_from_any_known_version(count: int, known: int) -> None:
    cloud = memory_cloud()
    for version in range(1, count + 1):
        cloud.artifacts.put(keys.manifest("iris", version), b"{}")
    assert versions.find_newest(cloud.artifacts, "iris", at_least=min(known, count)) == count


def test_a_missing_model_and_a_missing_version_raise_different_errors(cloud: MemoryCloud, publish: Publisher) -> None:
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")))
    with pytest.raises(ModelNotFound) as caught:
        aliases.resolve(cloud.artifacts, "irys", "latest")
    assert caught.value.issues[0].hint == "did you mean `iris`?"
    with pytest.raises(VersionNotFound, match="versions 1 to 1"):
        aliases.resolve(cloud.artifacts, "iris", "2")
