"""The contract of every ObjectStore, in memory and on S3."""

import io
from collections.abc import Iterable

import pytest

from mini_ml.adapters.aws.ranges import RANGE_BYTES
from mini_ml.errors import AlreadyExists, ObjectMissing, StaleWrite
from mini_ml.ports import ObjectHead, ObjectStore

MULTIPART_BYTES = 17 * 1024 * 1024


def test_an_object_is_read_back_with_its_metadata(store: ObjectStore) -> None:
    written = store.put("a/b.csv", b"x,y\n1,2\n", metadata={"target-column": "y"})

    found = store.get("a/b.csv")

    assert found.body == b"x,y\n1,2\n"
    assert found.head.metadata == {"target-column": "y"}
    assert (found.head.key, found.head.size) == ("a/b.csv", 8)
    assert (found.head.etag, found.head.version_id) == (written.etag, written.version_id)
    assert abs((found.head.modified - written.modified).total_seconds()) < 5


def test_head_describes_without_reading(store: ObjectStore) -> None:
    store.put("a", b"12345", metadata={"job-id": "j"})

    head = store.head("a")

    assert (head.size, head.metadata) == (5, {"job-id": "j"})
    assert head == store.get("a").head


def test_a_file_is_put_from_its_current_position(store: ObjectStore) -> None:
    body = io.BytesIO(b"headbody")
    body.seek(4)

    written = store.put("a", body)

    assert written.size == 4
    assert store.get("a").body == b"body"


@pytest.mark.parametrize(
    "key", ["with space.csv", "a+b.csv", "ça va.csv", "100%.csv", "100%25.csv", "a=b&c?.csv", "日本"]
)
def test_a_key_is_used_unchanged(store: ObjectStore, key: str) -> None:
    store.put(key, key.encode())

    assert store.get(key).body == key.encode()
    assert list(store.list_keys("")) == [key]
    assert [head.key for head in store.list_versions("")] == [key]


def test_every_read_of_a_missing_object_raises_object_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.head("absent")
    with pytest.raises(ObjectMissing):
        store.get("absent")
    with pytest.raises(ObjectMissing):
        store.download("absent", io.BytesIO())


def test_a_version_that_never_existed_is_missing(store: ObjectStore) -> None:
    store.put("a", b"1")

    with pytest.raises(ObjectMissing):
        store.get("a", version_id="nosuchversion")
    with pytest.raises(ObjectMissing):
        store.head("a", version_id="nosuchversion")


def test_download_copies_an_object(store: ObjectStore) -> None:
    body = b"0123456789" * 300_000
    store.put("a", body)
    target = io.BytesIO()

    head = store.download("a", target)

    assert target.getvalue() == body
    assert head.size == len(body)


@pytest.mark.parametrize("size", [0, 1, RANGE_BYTES - 1, RANGE_BYTES, RANGE_BYTES + 1])
def test_an_object_is_read_as_a_stream(store: ObjectStore, size: int) -> None:
    body = (b"0123456789" * (size // 10 + 1))[:size]
    store.put("a", body)

    with store.open("a") as source:
        found = b"".join(iter(lambda: source.read(1_000_003), b""))

    assert found == body


def test_a_stream_reads_the_requested_version(store: ObjectStore) -> None:
    first = store.put("a", b"1")
    store.put("a", b"2")

    with store.open("a", version_id=first.version_id) as source:
        assert source.read() == b"1"


def test_a_missing_object_cannot_be_opened(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing), store.open("absent"):
        pass


def test_each_version_is_read_by_its_id(store: ObjectStore) -> None:
    first = store.put("a", b"1", metadata={"n": "1"})
    second = store.put("a", b"2", metadata={"n": "2"})
    target = io.BytesIO()

    store.download("a", target, version_id=first.version_id)

    assert target.getvalue() == store.get("a", version_id=first.version_id).body == b"1"
    assert store.head("a", version_id=first.version_id).metadata == {"n": "1"}
    assert store.head("a").version_id == second.version_id


def test_put_new_does_not_overwrite(store: ObjectStore) -> None:
    first = store.put_new("a", b"1", metadata={"job-id": "j"})

    with pytest.raises(AlreadyExists):
        store.put_new("a", b"2")

    assert store.get("a").body == b"1"
    assert store.head("a").metadata == first.metadata == {"job-id": "j"}
    assert store.head("a").version_id == first.version_id


def test_replace_writes_over_what_was_read(store: ObjectStore) -> None:
    read = store.put("a", b"1")

    written = store.replace("a", b"2", etag=read.etag)

    assert store.get("a").body == b"2"
    assert store.head("a").etag == written.etag != read.etag


def test_replace_fails_if_the_object_has_changed(store: ObjectStore) -> None:
    read = store.put("a", b"1")
    store.put("a", b"2")

    with pytest.raises(StaleWrite):
        store.replace("a", b"3", etag=read.etag)

    assert store.get("a").body == b"2"


def test_replace_fails_if_the_object_is_gone(store: ObjectStore) -> None:
    read = store.put("a", b"1")
    store.delete("a")

    with pytest.raises(StaleWrite):
        store.replace("a", b"2", etag=read.etag)

    assert list(store.list_keys("")) == []


def test_create_streams_an_object(store: ObjectStore) -> None:
    with store.create("a") as writer:
        writer.write(b"one,")
        writer.write(b"two")

    assert store.get("a").body == b"one,two"


def test_create_streams_more_than_one_part(store: ObjectStore) -> None:
    with store.create("a") as writer:
        for letter in b"abcdefghijklmnopq":
            writer.write(bytes([letter]) * (1024 * 1024))

    body = store.get("a").body
    assert len(body) == MULTIPART_BYTES
    assert (body[:1], body[-1:]) == (b"a", b"q")


def test_create_of_nothing_is_an_empty_object(store: ObjectStore) -> None:
    with store.create("a"):
        pass

    assert store.get("a").body == b""


@pytest.mark.parametrize("size", [10, MULTIPART_BYTES])
def test_create_does_not_overwrite(store: ObjectStore, size: int) -> None:
    store.put("a", b"1")

    with pytest.raises(AlreadyExists), store.create("a") as writer:
        writer.write(bytes(size))

    assert store.get("a").body == b"1"


def write_and_fail(store: ObjectStore, key: str, chunk: bytes) -> None:
    with store.create(key) as writer:
        writer.write(chunk)
        raise ZeroDivisionError


@pytest.mark.parametrize("size", [10, MULTIPART_BYTES])
def test_a_create_that_fails_leaves_nothing(store: ObjectStore, size: int) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store, "a", bytes(size))

    assert list(store.list_versions("")) == []


def test_a_deleted_object_is_missing_but_its_version_stays(store: ObjectStore) -> None:
    written = store.put("a", b"1")

    store.delete("a")

    with pytest.raises(ObjectMissing):
        store.get("a")
    assert list(store.list_keys("")) == []
    assert store.get("a", version_id=written.version_id).body == b"1"


def test_a_deleted_object_can_be_put_new(store: ObjectStore) -> None:
    store.put("a", b"1")
    store.delete("a")

    store.put_new("a", b"2")

    assert store.get("a").body == b"2"


def test_deleting_a_missing_object_is_not_an_error(store: ObjectStore) -> None:
    store.delete("absent")

    assert list(store.list_keys("")) == []


def put_all(store: ObjectStore, keys: Iterable[str]) -> None:
    for key in keys:
        store.put(key, b"")


def test_keys_are_listed_in_byte_order_below_their_prefix(store: ObjectStore) -> None:
    put_all(store, ["b/2", "b/10", "a", "b/1", "b/é", "b/Z", "bb"])

    assert list(store.list_keys("b/")) == ["b/1", "b/10", "b/2", "b/Z", "b/é"]


def test_a_listing_starts_after_a_key_and_ends_at_its_limit(store: ObjectStore) -> None:
    put_all(store, ["a/1", "a/2", "a/3", "a/4"])

    assert list(store.list_keys("a/", start_after="a/1", limit=2)) == ["a/2", "a/3"]
    assert list(store.list_keys("a/", start_after="a/4")) == []
    assert list(store.list_keys("a/", limit=0)) == []


def test_a_listing_continues_after_one_page(store: ObjectStore) -> None:
    keys = [f"k/{number:04d}" for number in range(1005)]
    put_all(store, keys)

    assert list(store.list_keys("k/")) == keys


def test_folders_are_the_names_directly_below_the_prefix(store: ObjectStore) -> None:
    put_all(store, ["models/iris/versions/1", "models/iris/versions/2", "models/wine-2/x", "models/loose", "other/x"])

    assert list(store.list_folders("models/")) == ["iris", "wine-2"]


def test_a_folder_of_deleted_keys_is_gone(faithful_store: ObjectStore) -> None:
    put_all(faithful_store, ["models/iris/1", "models/wine/1"])
    faithful_store.delete("models/iris/1")

    assert list(faithful_store.list_folders("models/")) == ["wine"]


def test_folders_are_in_the_byte_order_of_their_keys(store: ObjectStore) -> None:
    put_all(store, ["m/a/1", "m/a-b/1", "m/a.b/1", "m/a0/1", "m/a/2", "m/B/1"])

    assert list(store.list_folders("m/")) == ["B", "a-b", "a.b", "a", "a0"]


def test_a_listing_of_folders_starts_after_a_folder_and_ends_at_its_limit(store: ObjectStore) -> None:
    put_all(
        store, [f"m/{name}/{part}" for name in ("a", "a-b", "a0", "b", "c") for part in ("aliases/x", "versions/1")]
    )

    assert list(store.list_folders("m/", start_after="a-b/")) == ["a", "a0", "b", "c"]
    assert list(store.list_folders("m/", start_after="a/", limit=2)) == ["a0", "b"]
    assert list(store.list_folders("m/", start_after="c/")) == []
    assert list(store.list_folders("m/", limit=0)) == []


def test_a_listing_of_folders_starts_at_the_beginning_of_a_name(store: ObjectStore) -> None:
    put_all(store, ["m/ir-x/1", "m/ir/1", "m/iris/1", "m/k/1"])

    assert list(store.list_folders("m/", start_after="ir")) == ["ir-x", "ir", "iris", "k"]


def test_a_listing_of_folders_continues_after_one_page(store: ObjectStore) -> None:
    names = [f"{number:04d}" for number in range(1005)]
    put_all(store, [f"m/{name}/1" for name in names])

    assert list(store.list_folders("m/")) == names


def facts(head: ObjectHead) -> tuple[str, str, int]:
    return head.key, head.version_id, head.size


def test_versions_are_listed_by_key_without_delete_markers(store: ObjectStore) -> None:
    one = store.put("t/a", b"1")
    two = store.put("t/a", b"22")
    other = store.put("t/b", b"333")
    store.put("u", b"")
    store.delete("t/b")

    versions = list(store.list_versions("t/"))

    assert {facts(head) for head in versions} == {facts(one), facts(two), facts(other)}
    assert [head.key for head in versions] == ["t/a", "t/a", "t/b"]


def test_a_listing_of_versions_continues_after_the_last_seen_version(store: ObjectStore) -> None:
    for body in (b"1", b"2", b"3"):
        store.put("t/a", body)
    store.put("t/b", b"4")
    whole = [(head.key, head.version_id) for head in store.list_versions("t/")]

    behind = [[(head.key, head.version_id) for head in store.list_versions("t/", after=seen)] for seen in whole]

    assert behind == [whole[1:], whole[2:], whole[3:], []]
