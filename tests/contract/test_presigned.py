"""Presigned URLs, used over HTTP as a browser or curl uses them, without credentials."""

import re
from urllib.parse import unquote

import httpx2
import pytest

from mini_ml.adapters.aws.s3 import content_disposition
from mini_ml.adapters.memory.object_store import MemoryObjectStore
from mini_ml.errors import ObjectMissing, UploadTooLarge
from mini_ml.ports import ObjectStore, PresignedPost

LIMIT = 20


def post_form(store: ObjectStore) -> PresignedPost:
    return store.presigned_post("train/iris/ça +.csv", metadata={"job-id": "j-1"}, max_bytes=LIMIT, expires_seconds=60)


def upload(post: PresignedPost, body: bytes, **changed: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False) as client:
        return client.post(post.url, data={**post.fields, **changed}, files={"file": ("whatever.csv", body)})


def test_a_form_uploads_under_exactly_its_key_with_its_metadata(emulated_store: ObjectStore) -> None:
    answer = upload(post_form(emulated_store), b"x" * LIMIT)

    found = emulated_store.get("train/iris/ça +.csv")
    assert answer.status_code in (200, 204)
    assert found.body == b"x" * LIMIT
    assert found.head.metadata == {"job-id": "j-1"}


def test_the_store_rejects_a_body_above_the_limit(emulated_store: ObjectStore) -> None:
    answer = upload(post_form(emulated_store), b"x" * (LIMIT + 1))

    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text
    assert list(emulated_store.list_keys("")) == []


@pytest.mark.parametrize("changed", [{"key": "train/other/x.csv"}, {"x-amz-meta-job-id": "j-2"}])
def test_a_form_cannot_be_changed(emulated_store: ObjectStore, changed: dict[str, str]) -> None:
    answer = upload(post_form(emulated_store), b"x", **changed)

    assert answer.status_code == 403
    assert list(emulated_store.list_keys("")) == []


def test_a_url_downloads_under_a_file_name(emulated_store: ObjectStore) -> None:
    emulated_store.put("predictions/ç +%.csv", b"prediction\nSetosa\n")
    url = emulated_store.presigned_get(
        "predictions/ç +%.csv", filename='ç "a".csv', media_type="text/csv", expires_seconds=60
    )

    answer = httpx2.get(url, trust_env=False)

    assert answer.content == b"prediction\nSetosa\n"
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == content_disposition('ç "a".csv')


def test_a_url_can_name_one_version(emulated_store: ObjectStore) -> None:
    first = emulated_store.put("model.joblib", b"first")
    emulated_store.put("model.joblib", b"second")
    url = emulated_store.presigned_get(
        "model.joblib", filename="a", media_type="a/b", expires_seconds=60, version_id=first.version_id
    )

    assert httpx2.get(url, trust_env=False).content == b"first"


def test_a_url_of_a_missing_object_is_404(emulated_store: ObjectStore) -> None:
    url = emulated_store.presigned_get("absent", filename="a.csv", media_type="text/csv", expires_seconds=60)

    assert httpx2.get(url, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "name", ["iris.csv", "çé.csv", 'quo"te.csv', "back\\slash.csv", "100%.csv", "a;b=c.csv", "a\nb"]
)
def test_a_content_disposition_keeps_any_file_name(name: str) -> None:
    header = content_disposition(name)

    assert unquote(header.partition("filename*=UTF-8''")[2]) == name
    assert re.fullmatch(
        r"""attachment; filename="[^"\\\\%\x00-\x1f\x7f-\uffff]+"; filename\*=UTF-8''[\w.%~-]+""", header
    )


def test_the_memory_store_accepts_an_upload_as_s3_does() -> None:
    store = MemoryObjectStore(bucket="b")
    post = post_form(store)

    store.receive(post, b"x" * LIMIT)

    assert store.get("train/iris/ça +.csv").head.metadata == {"job-id": "j-1"}


def test_the_memory_store_rejects_an_upload_above_the_limit() -> None:
    store = MemoryObjectStore(bucket="b")
    post = post_form(store)

    with pytest.raises(UploadTooLarge):
        store.receive(post, b"x" * (LIMIT + 1))
    with pytest.raises(ObjectMissing):
        store.head("train/iris/ça +.csv")
