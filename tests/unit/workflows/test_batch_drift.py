"""The drift of a batch: in its summary, and in the list of its model version."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from mini_ml import keys
from mini_ml.contracts import BatchDrift, BatchSummary
from mini_ml.errors import InvalidName
from mini_ml.jobs import control
from mini_ml.registry import batch_drifts, versions
from mini_ml.registry.batch_drifts import list_batch_drifts
from mini_ml.registry.sealing import seal
from mini_ml.workflows.model_cache import ModelCache
from tests.unit.workflows.memory_platform import Killed, MemoryPlatform
from tests.unit.workflows.test_batch import WRITES_OF_A_BATCH

TRAINING = b"size,colour,price\n" + b"".join(
    b"%d,%s,%d\n" % (17 * n % 401, (b"red", b"blue", b"green")[n % 3], 3 * (17 * n % 401)) for n in range(400)
)
SAME = TRAINING
OTHER = b"size,colour\n" + b"".join(b"%d,pink\n" % (900 + n) for n in range(200))


@pytest.fixture(autouse=True)
def _trained(platform: MemoryPlatform) -> None:
    platform.train(body=TRAINING)


def summary_of(platform: MemoryPlatform, job_id: str) -> BatchSummary:
    stored = platform.cloud.artifacts.get(keys.prediction("shop", 1, job_id, "summary.json"))
    return BatchSummary.model_validate_json(stored.body)


def list_all(platform: MemoryPlatform, version: int = 1) -> list[BatchDrift]:
    return list(list_batch_drifts(platform.cloud.artifacts, "shop", version, limit=100, cursor=None).batches)


def reseal(platform: MemoryPlatform, **profile: object) -> None:
    """Change what the sealed manifest says about the profile; nothing removes it."""
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    assert manifest.profile
    changed = manifest.profile.model_copy(update=profile) if profile else None
    body = seal(platform.cloud, manifest.model_copy(update={"profile": changed}))
    platform.cloud.artifacts.put(keys.manifest("shop", 1), body)


def replace_profile(platform: MemoryPlatform, **fields: object) -> None:
    """Store another profile, and seal its digest into the manifest."""
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    assert manifest.profile
    document = json.loads(platform.cloud.artifacts.get(manifest.profile.key).body)
    body = json.dumps(document | fields).encode()
    head = platform.cloud.artifacts.put(manifest.profile.key, body)
    reseal(platform, version_id=head.version_id, size=len(body), sha256=hashlib.sha256(body).hexdigest())


def test_the_summary_says_how_the_rows_differ(platform: MemoryPlatform) -> None:
    drift = summary_of(platform, platform.score("predict/shop/new.csv", OTHER).job_id).drift

    assert drift
    size, colour = drift.columns
    assert (drift.rows, size.out_of_range_share, colour.unseen_share) == (200, 1.0, 1.0)
    assert (size.drifted, colour.drifted, drift.predictions_drifted) == (True, True, True)


def test_large_differences_are_warnings_of_the_job_and_of_the_summary(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv", OTHER)

    found = [(warning.code, warning.column) for warning in job.warnings if warning.code.startswith("drifted")]

    assert found == [("drifted_predictions", None), ("drifted_column", "size"), ("drifted_column", "colour")]
    assert summary_of(platform, job.job_id).warnings == job.warnings


def build_wide_rows(*, shifted: int) -> bytes:
    """Return rows of 60 columns of numbers, the first ones of which are shifted, with a word in each column."""
    names = [f"width_{place}" for place in range(60)]
    rows = [
        [(7 * place + 17) * row % 401 + (900 if place < shifted else 0) for place in range(60)] for row in range(400)
    ]
    cells = [["heavy" if row == place else str(n) for place, n in enumerate(line)] for row, line in enumerate(rows)]
    return "\n".join(",".join(line) for line in [names, *cells, []]).encode()


def train_wide(platform: MemoryPlatform) -> None:
    """Train a model on rows whose target is their first column."""
    header, *rows = build_wide_rows(shifted=0).decode().replace("heavy", "200").splitlines()
    lines = [f"{header},price", *(f"{row},{row.partition(',')[0]}" for row in rows), ""]
    platform.train("wide", "\n".join(lines).encode())


def test_many_warnings_about_cells_do_not_hide_the_drift(platform: MemoryPlatform) -> None:
    train_wide(platform)

    codes = [warning.code for warning in platform.score("predict/wide/new.csv", build_wide_rows(shifted=1)).warnings]

    assert codes == ["drifted_predictions", "drifted_column", *["unreadable_cells"] * 47, "more_warnings"]


def test_many_drifted_columns_do_not_hide_the_warnings_about_cells(platform: MemoryPlatform) -> None:
    train_wide(platform)

    job = platform.score("predict/wide/new.csv", build_wide_rows(shifted=60))

    codes = Counter(warning.code for warning in job.warnings)
    assert job.warnings[0].code == "drifted_predictions"
    assert codes == {"drifted_predictions": 1, "drifted_column": 24, "unreadable_cells": 24, "more_warnings": 1}
    assert job.warnings[-1].count == 60 + 60 - 48


def test_the_training_rows_themselves_have_no_warning(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv", SAME)

    assert [warning.code for warning in job.warnings] == []
    assert summary_of(platform, job.job_id).drift


def test_the_list_has_what_the_summaries_say_newest_first(platform: MemoryPlatform) -> None:
    jobs = []
    for body in (SAME, OTHER, SAME):
        platform.clock.forward(60)
        jobs.append(platform.score("predict/shop/new.csv", body))

    found = list_all(platform)

    assert [(one.job_id, one.created_at) for one in found] == [(job.job_id, job.created_at) for job in reversed(jobs)]
    assert [one.drift for one in found] == [summary_of(platform, job.job_id).drift for job in reversed(jobs)]


def test_a_version_lists_its_own_batches_only(platform: MemoryPlatform) -> None:
    platform.train(body=TRAINING)
    first, second = (platform.score(f"predict/shop@{version}/new.csv") for version in (1, 2))

    assert [one.job_id for one in list_all(platform, 1)] == [first.job_id]
    assert [one.job_id for one in list_all(platform, 2)] == [second.job_id]


def test_pages_follow_each_other_and_list_no_more_than_they_show(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = []
    for _ in range(5):
        platform.clock.forward(1)
        jobs.append(platform.score("predict/shop/new.csv").job_id)
    limits: list[int] = []
    list_keys = platform.cloud.artifacts.list_keys

    def note_limit(prefix: str, *, start_after: str, limit: int) -> Iterator[str]:
        limits.append(limit)
        return list_keys(prefix, start_after=start_after, limit=limit)

    monkeypatch.setattr(platform.cloud.artifacts, "list_keys", note_limit)
    found: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page = list_batch_drifts(platform.cloud.artifacts, "shop", 1, limit=2, cursor=cursor)
        found += [one.job_id for one in page.batches]
        cursor, pages = page.cursor, pages + 1

    assert found == jobs[::-1]
    assert limits == [3, 3, 3]


def test_a_page_ends_when_it_is_large(platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_drifts, "_MOST_BYTES", 500)
    for _ in range(3):
        platform.score("predict/shop/new.csv")

    page = list_batch_drifts(platform.cloud.artifacts, "shop", 1, limit=3, cursor=None)

    assert len(page.batches) == 1
    assert page.cursor


@pytest.mark.parametrize("cursor", ["", "x", "../../jobs", "999998207078460-" + "0" * 35])
def test_a_cursor_that_the_server_did_not_issue_is_rejected(platform: MemoryPlatform, cursor: str) -> None:
    with pytest.raises(InvalidName) as caught:
        list_batch_drifts(platform.cloud.artifacts, "shop", 1, limit=3, cursor=cursor)

    assert caught.value.issues[0].parameter == "cursor"


def test_a_document_of_another_form_is_left_out_of_the_list(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv")
    later = platform.cloud.now() + timedelta(seconds=5)
    platform.cloud.artifacts.put(keys.batch_drift("shop", 1, job.job_id, later), b'{"drift": 3}')

    assert [one.job_id for one in list_all(platform)] == [job.job_id]


def test_a_document_with_fields_of_a_newer_release_is_read(platform: MemoryPlatform) -> None:
    job = platform.score("predict/shop/new.csv")
    [key] = platform.cloud.artifacts.list_keys("drift/")
    document = json.loads(platform.cloud.artifacts.get(key).body)
    platform.cloud.artifacts.put(key, json.dumps(document | {"mood": "fine"}).encode())

    assert [one.job_id for one in list_all(platform)] == [job.job_id]


def test_a_model_of_an_earlier_release_is_scored_without_drift(platform: MemoryPlatform) -> None:
    reseal(platform)

    job = platform.score("predict/shop/new.csv", OTHER)

    assert (job.state, summary_of(platform, job.job_id).drift, list_all(platform)) == ("succeeded", None, [])
    assert [warning.code for warning in job.warnings if warning.code.startswith("drifted")] == []


@pytest.mark.parametrize("fields", [{"format": 2}, {"rows": "many"}], ids=["format", "fields"])
def test_a_profile_in_the_form_of_another_release_is_not_used(
    platform: MemoryPlatform, fields: dict[str, object]
) -> None:
    replace_profile(platform, **fields)

    job = platform.score("predict/shop/new.csv", OTHER)

    assert (job.state, summary_of(platform, job.job_id).drift) == ("succeeded", None)


def test_a_profile_with_further_fields_of_a_newer_release_is_used(platform: MemoryPlatform) -> None:
    replace_profile(platform, mood="fine")

    assert summary_of(platform, platform.score("predict/shop/new.csv", OTHER).job_id).drift


@pytest.mark.parametrize("profile", [{"sha256": "0" * 64}, {"size": 1}], ids=["digest", "size"])
def test_a_profile_that_was_exchanged_fails_the_batch(platform: MemoryPlatform, profile: dict[str, object]) -> None:
    reseal(platform, **profile)

    job = platform.score("predict/shop/new.csv")

    assert (job.state, job.failure and job.failure.code) == ("failed", "artifact_rejected")


def test_online_scoring_does_not_read_the_profile(platform: MemoryPlatform) -> None:
    read: list[str] = []
    platform.cloud.artifacts.before = lambda method, key: read.append(key)
    loaded = ModelCache(platform.cloud, workdir=platform.workdir).model("shop", "1")

    assert loaded.reference is None
    assert [key for key in read if key.endswith("profile.json")] == []


def test_the_profile_is_read_once_for_several_batches(platform: MemoryPlatform) -> None:
    read: list[str] = []
    model_cache = ModelCache(platform.cloud, workdir=platform.workdir)
    platform.cloud.artifacts.before = lambda method, key: read.append(key)
    for _ in range(3):
        assert model_cache.version("shop", 1).reference

    assert len([key for key in read if key.endswith("profile.json")]) == 1


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES_OF_A_BATCH + 1))
def test_a_kill_at_any_write_leaves_one_document(platform: MemoryPlatform, write: int, before: bool) -> None:
    upload = platform.put("predict/shop/new.csv", OTHER)
    platform.kill_at(write, before=before)
    with suppress(Killed):
        platform.work()
    platform.recover()

    [found] = list_all(platform)

    assert (platform.job_of(upload).state, found.job_id) == ("succeeded", platform.job_of(upload).job_id)


def test_the_drift_is_stored_before_the_job_succeeds(platform: MemoryPlatform) -> None:
    """After the success there is no further attempt, so a killed worker must have nothing left to write."""
    states: list[str] = []
    upload = platform.put("predict/shop/new.csv")

    def note_state(method: str, key: str) -> None:
        if method == "put_new" and key.startswith("drift/"):
            states.append(platform.job_of(upload).state)

    platform.cloud.artifacts.after = note_state
    platform.work()

    assert states == ["running"]
    assert platform.job_of(upload).state == "succeeded"


def test_a_batch_that_is_cancelled_after_its_rows_are_scored_stays_in_the_list(platform: MemoryPlatform) -> None:
    upload = platform.put("predict/shop/new.csv", OTHER)

    def cancel(method: str, key: str) -> None:
        if method == "put_new" and key.startswith("drift/"):
            control.cancel(platform.cloud, platform.job_of(upload).job_id)

    platform.cloud.artifacts.after = cancel
    platform.work()
    job = platform.job_of(upload)

    assert (job.state, job.failure and job.failure.code) == ("failed", "cancelled")
    assert [one.job_id for one in list_all(platform)] == [job.job_id]


def test_every_attempt_at_a_batch_says_the_same(platform: MemoryPlatform) -> None:
    store, attempts = platform.cloud.artifacts, []
    platform.put("predict/shop/new.csv", OTHER)

    def kill(method: str, key: str) -> None:
        if method == "put_new" and key.startswith("drift/"):
            attempts.append((key, store.get(key).body))
            store.delete(key)
            if len(attempts) == 1:
                raise Killed

    store.after = kill
    with suppress(Killed):
        platform.work()
    platform.recover()

    assert len(attempts) == 2
    assert attempts[0] == attempts[1]
