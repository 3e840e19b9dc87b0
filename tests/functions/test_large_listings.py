"""No request lists everything: a page, a missing name and a filter cost the same for any number of models and jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from httpx2 import Response

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.adapters.memory.object_store import MemoryObjectStore
from mini_ml.contracts import ColumnReport, State
from mini_ml.jobs import listing
from mini_ml.jobs.job import Job
from mini_ml.topology import encoded_bytes
from tests.fixtures.many_objects import make_jobs, make_models, name_of, train_once
from tests.functions.services import Services, problem, services_over

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class CountingStore(MemoryObjectStore):
    """A bucket in memory that counts its calls and the names that its listings return."""

    calls: int = 0
    listed: int = 0
    folders_asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before = self.count_call

    def count_call(self, method: str, key: str) -> None:
        self.calls += 1

    def list_keys(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        for key in super().list_keys(prefix, start_after=start_after, limit=limit):
            self.listed += 1
            yield key

    def list_folders(self, prefix: str, *, start_after: str = "", limit: int | None = None) -> Iterator[str]:
        for name in super().list_folders(prefix, start_after=start_after, limit=limit):
            self.listed += 1
            yield name

    def cost(self, request: Callable[[], object]) -> tuple[int, int]:
        """Return the calls of a request, and the names that they list."""
        self.calls = self.listed = 0
        request()
        return self.calls, self.listed


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The stored documents of one training."""

    manifest: bytes
    job: bytes


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    manifest, job = train_once(tmp_path_factory.mktemp("template"))
    return Documents(manifest=manifest, job=job)


def counting_cloud() -> tuple[MemoryCloud, CountingStore]:
    """Return an empty cloud whose artifacts bucket counts calls."""
    cloud = memory_cloud()
    store = CountingStore(bucket=cloud.artifacts.bucket)
    object.__setattr__(cloud, "artifacts", store)
    return cloud, store


def succeeded(number: int) -> State:
    return "succeeded"


@contextmanager
def filled(
    documents: Documents,
    workdir: Path,
    *,
    models: int = 0,
    versions: int = 1,
    jobs: int = 0,
    state_of: Callable[[int], State] = succeeded,
) -> Iterator[tuple[Services, CountingStore]]:
    """Yield services over a bucket with many models and jobs, and the bucket."""
    cloud, store = counting_cloud()
    for key, body in make_models(documents.manifest, range(models), versions=versions):
        store.put(key, body)
    for key, body in make_jobs(documents.job, range(jobs), start=START, state_of=state_of):
        store.put(key, body)
    with services_over(cloud, workdir) as services:
        yield services, store


def follow_answers(services: Services, address: str) -> Iterator[Response]:
    """Yield the pages of a listing, from its first page on."""
    while address:
        page = services.api.get(address)
        yield page
        address = page.json()["links"].get("next", "")


def follow(services: Services, address: str, name: str) -> Iterator[list[str]]:
    """Yield the ids on each page of a listing, from its first page on."""
    for page in follow_answers(services, address):
        yield [item["job_id" if name == "jobs" else "model_name"] for item in page.json()[name]]


@pytest.mark.parametrize(
    "path",
    ["/models", "/models?limit=200", "/models?cursor=model-00100", "/models/model-00123", "/models/modle-00123"],
)
def test_a_request_for_models_costs_the_same_for_any_number_of_models(
    documents: Documents, tmp_path: Path, path: str
) -> None:
    costs = []
    for models in (600, 2400):
        with filled(documents, tmp_path, models=models) as (services, store):
            costs.append(store.cost(lambda services=services: services.api.get(path)))  # type: ignore[misc]

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 201 + 200 * 12  # names, and some keys of each model


def test_a_page_of_fifty_models_takes_two_listings_and_a_read_for_each_document(
    documents: Documents, tmp_path: Path
) -> None:
    with filled(documents, tmp_path, models=120) as (services, store):
        calls, _ = store.cost(lambda: services.api.get("/models"))

    assert calls == 2 + 50 + 5  # folders and keys, manifests, aliases


@pytest.mark.parametrize(
    ("versions", "listings"),
    [
        (2, 1),  # one for all of them
        (10, 1 + 3),  # the first ends behind 11 models, and the others have 16 models each
        (30, 1 + 3 + 2 * 30),  # these end behind 3 and 17 models; two for each of the others
    ],
)
def test_a_page_of_models_with_many_versions_asks_for_none_of_them_by_its_number(
    documents: Documents, tmp_path: Path, versions: int, listings: int
) -> None:
    with filled(documents, tmp_path, models=60, versions=versions) as (services, store):
        calls, _ = store.cost(lambda: services.api.get("/models"))
        listed = services.api.get("/models").json()["models"]

    assert calls == 1 + listings + 50 + 5  # folders, keys, manifests, aliases
    assert {(model["latest"], model["versions"]) for model in listed} == {(versions, versions)}


def test_a_model_with_more_versions_than_one_listing_returns_is_listed_with_its_newest(
    documents: Documents, tmp_path: Path
) -> None:
    with filled(documents, tmp_path, models=1, versions=1_234) as (services, store):
        [listed] = services.api.get("/models").json()["models"]
        _, names = store.cost(lambda: services.api.get(f"/models/{name_of(0)}"))

    assert (listed["latest"], listed["versions"]) == (1_234, 1_234)
    assert names <= 60 + 1_000 + 1  # the second pass, one listing of versions, the alias


@pytest.mark.parametrize("path", ["/models", f"/models/{name_of(1)}"])
def test_at_most_a_hundred_aliases_of_a_model_are_read(documents: Documents, tmp_path: Path, path: str) -> None:
    with filled(documents, tmp_path, models=2) as (services, store):
        for number in range(130):
            body = b'{"alias":"a-%03d","version":1,"updated_at":"2026-01-01T12:00:00Z"}' % number
            store.put(keys.alias(name_of(1), f"a-{number:03d}"), body)
        answer = services.api.get(path).json()
        cost, _ = store.cost(lambda: services.api.get(path))

    model = answer["models"][1] if path == "/models" else answer
    assert list(model["aliases"]) == [f"a-{number:03d}" for number in range(100)]
    assert cost < 100 + 10  # the aliases, and the keys and manifests of both models


@pytest.mark.parametrize(("versions", "calls"), [(1, 4), (10, 4), (30, 6)])
def test_one_model_takes_at_most_three_listings(
    documents: Documents, tmp_path: Path, versions: int, calls: int
) -> None:
    with filled(documents, tmp_path, models=1, versions=versions) as (services, store):
        cost, _ = store.cost(lambda: services.api.get(f"/models/{name_of(0)}"))

    assert cost == calls  # the first version, listings, the manifest of `latest`, the alias


@pytest.mark.parametrize(
    "path", ["/jobs", "/jobs?limit=200", "/jobs?state=failed", f"/jobs?model_name={name_of(7)}&limit=3"]
)
def test_a_request_for_jobs_costs_the_same_for_any_number_of_jobs(
    documents: Documents, tmp_path: Path, path: str
) -> None:
    costs = []
    for jobs in (600, 2400):
        with filled(documents, tmp_path, jobs=jobs) as (services, store):
            costs.append(store.cost(lambda services=services: services.api.get(path)))  # type: ignore[misc]

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 202  # one listing, and a read for each job that it looks at


def test_all_models_are_listed_once_page_by_page(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, models=230) as (services, _):
        pages = list(follow(services, "/models?limit=100", "models"))

    assert [name for page in pages for name in page] == [name_of(number) for number in range(230)]
    assert [len(page) for page in pages] == [100, 100, 30]


def test_models_whose_names_begin_alike_are_all_listed(documents: Documents, tmp_path: Path) -> None:
    cloud, store = counting_cloud()
    names = ["iris-b", "iris.c", "iris", "iris0"]  # in the order of their folders
    for name in names:
        store.put(keys.manifest(name, 1), documents.manifest.replace(b"model-00000", name.encode()))

    with services_over(cloud, tmp_path) as services:
        pages = list(follow(services, "/models?limit=1", "models"))

    assert pages == [[name] for name in names]


def test_a_model_with_many_files_is_listed_with_its_versions_and_aliases(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, models=30) as (services, store):
        for attempt in range(2, 700):
            store.put(keys.artifact(name_of(10), "job", attempt, "model.joblib"), b"")
        listed = services.api.get("/models").json()["models"]
        alone = services.api.get(f"/models/{name_of(10)}").json()

    assert [model["model_name"] for model in listed] == [name_of(number) for number in range(30)]
    assert {key: listed[10][key] for key in ("latest", "versions", "aliases")} == {
        "latest": 1,
        "versions": 1,
        "aliases": {"champion": 1},
    }
    assert alone["aliases"] == {"champion": 1}


def test_names_without_a_version_are_left_out_and_end_a_page_early(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, models=1) as (services, store):
        for number in range(40):
            store.put(keys.artifact(f"a-failed-{number:02d}", "job", 1, "model.joblib"), b"")
        _, listed = store.cost(lambda: services.api.get("/models?limit=2"))
        pages = list(follow(services, "/models?limit=2", "models"))

    assert [name for page in pages for name in page] == [name_of(0)]
    assert listed <= 5 * (3 + 2 * 12)
    assert len(pages) == 5


def test_jobs_of_a_rare_state_are_found_by_following_the_pages(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, jobs=500, state_of=lambda number: "failed" if number == 20 else "succeeded") as (
        services,
        _,
    ):
        pages = list(follow(services, "/jobs?state=failed", "jobs"))

    assert [len(page) for page in pages] == [0, 0, 1]


def test_jobs_are_listed_newest_first_over_pages_that_read_ahead(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, jobs=130) as (services, store):
        stored = [keys.job_id_in_index(key) for key in store.list_keys(keys.JOBS_BY_TIME)]
        pages = list(follow(services, "/jobs?limit=50", "jobs"))

    assert [job for page in pages for job in page] == stored
    assert [len(page) for page in pages] == [50, 50, 30]


def test_a_page_whose_jobs_become_too_large_continues_where_it_ended(
    documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_MOST_BYTES", 3 * len(documents.job))
    with filled(documents, tmp_path, jobs=50) as (services, store):
        stored = [keys.job_id_in_index(key) for key in store.list_keys(keys.JOBS_BY_TIME)]
        pages = list(follow(services, "/jobs?kind=train", "jobs"))

    assert [job for page in pages for job in page] == stored
    assert max(map(len, pages)) <= 4


def put_named_columns(store: MemoryObjectStore, job_id: str, *, chars: int) -> None:
    """Give the training of a job a hundred columns, and a label, with names of so many characters."""
    job = Job.model_validate_json(store.get(keys.job(job_id)).body)
    columns = tuple(ColumnReport(name=f"{number:03d}".ljust(chars, "ã")) for number in range(100))
    assert job.metrics is not None
    metrics = job.metrics.model_copy(update={"labels": ("x" * chars,)})
    changed = job.model_copy(update={"columns": columns, "metrics": metrics})
    store.put(keys.job(job_id), changed.model_dump_json().encode())


@pytest.mark.parametrize("query", ["", "?limit=1", "?kind=train"])
def test_large_jobs_are_listed_on_pages_that_lambda_can_return(
    documents: Documents, tmp_path: Path, query: str
) -> None:
    with filled(documents, tmp_path, jobs=6) as (services, store):
        stored = [keys.job_id_in_index(key) for key in store.list_keys(keys.JOBS_BY_TIME)]
        for job_id, chars in zip(stored, (3_000, 3_000, 12_000, 10, 3_000), strict=False):
            put_named_columns(store, job_id, chars=chars)
        pages = list(follow_answers(services, f"/jobs{query}"))

    jobs = [job for page in pages for job in page.json()["jobs"]]
    assert [job["job_id"] for job in jobs] == stored
    assert [len(job["columns"]) for job in jobs[:5]] == [100, 100, 0, 100, 100]
    assert [len(job["metrics"]["labels"]) for job in jobs[:5]] == [1, 1, 0, 1, 1]
    assert max(encoded_bytes(page.text) for page in pages) < 2_100_000


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("model-0123", "model-0123"),
        ("irsi-prod", "iris-prod"),
        ("model-012345", "model-012"),
        ("iris-prdo", "iris-prod"),
        ("zris-prod", "did you mean"),
    ],
)
def test_a_missing_name_gets_a_similar_name_among_thousands(
    documents: Documents, tmp_path: Path, asked: str, suggested: str
) -> None:
    with filled(documents, tmp_path, models=3000) as (services, store):
        store.put(keys.manifest("iris-prod", 1), documents.manifest)
        [issue] = problem(services.api.get(f"/models/{asked}"))["errors"]

    assert suggested in issue["hint"]


def test_a_name_without_a_version_is_not_suggested(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path) as (services, store):
        store.put(keys.artifact("iris", "job", 1, "model.joblib"), b"")
        [issue] = problem(services.api.get("/models/iriz"))["errors"]

    assert issue["hint"] == "GET /models lists them"


def test_a_listing_stops_where_the_page_ends(documents: Documents, tmp_path: Path) -> None:
    with filled(documents, tmp_path, models=20) as (services, store):
        first = list(islice(store.list_folders(keys.MODELS, limit=3), 10))
        _, listed = store.cost(lambda: services.api.get("/models?limit=2"))

    assert len(first) == 3
    assert listed == 3 + 2 * 12
