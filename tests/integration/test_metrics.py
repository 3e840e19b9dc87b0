"""A running platform shows what its processes did at `/metrics`, whatever happens to one of them."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.fixtures.platform import Platform, local_settings, running_platform
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of this module's own, because it kills processes and counts what they did."""
    with running_platform(local_settings(tmp_path_factory.mktemp("platform"), stage="test")) as running:
        yield running


def scrape(url: str) -> dict[str, float]:
    """Return the value of each series that a service shows."""
    answer = httpx2.get(f"{url}/metrics", trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {series: float(value) for series, value in re.findall(r"^([a-z]\S*) (\S+)$", answer.text, re.MULTILINE)}


def test_the_rest_api_shows_the_metrics_of_the_api_only(platform: Platform) -> None:
    eventually(lambda: 'mini_ml_queue_depth{queue="dead-letters"}' in scrape(platform.api_url) or None)

    found = httpx2.get(f"{platform.gateway_url}/metrics", trust_env=False, timeout=30)

    assert found.status_code == 200
    assert re.findall(r'^mini_ml_queue_depth{queue="([a-z-]+)"}', found.text, re.MULTILINE) == ["dead-letters"]


def scraped(url: str, series: str, least: float) -> float:
    """Wait until a service shows at least this value for a series, and return the value."""
    return eventually(lambda: value if (value := scrape(url).get(series, -1.0)) >= least else None)


def upload(platform: Platform, name: str) -> None:
    """Train on iris through S3, and wait for the job."""
    key = f"train/metrics/{name}.csv"
    platform.cloud.uploads.put(key, (ROOT / "samples" / "iris.csv").read_bytes(), metadata={"effort": "balanced"})
    platform.wait_for_upload_job(key)


def poller_of(platform: Platform, name: str) -> psutil.Process:
    """Return the process of a poller of this platform."""

    def find() -> psutil.Process | None:
        for process in psutil.process_iter():
            try:
                environment = process.environ()
            except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
            ours = environment.get("AWS_ENDPOINT_URL") == platform.endpoint_url
            if ours and environment.get("MINI_ML_METRICS_PROCESS") == name:
                return process
        return None

    return eventually(find)


TRAINED = 'mini_ml_jobs_total{kind="train",outcome="succeeded"}'


def test_a_job_of_a_poller_is_counted_by_the_service_that_it_belongs_to(platform: Platform) -> None:
    before = scrape(platform.trainer_url)[TRAINED]

    upload(platform, "counted")

    assert scraped(platform.trainer_url, TRAINED, before + 1) == before + 1
    assert TRAINED in scrape(platform.predict_url)
    assert scrape(platform.predict_url)[TRAINED] == 0


def test_the_queues_are_measured_by_their_pollers_and_sweeps_are_counted(platform: Platform) -> None:
    assert scraped(platform.api_url, "mini_ml_sweeps_total", 1) >= 1
    for url, queue in (
        (platform.api_url, "dead-letters"),
        (platform.trainer_url, "train"),
        (platform.predict_url, "predict"),
    ):
        scraped(url, f'mini_ml_queue_depth{{queue="{queue}"}}', 0)
        scraped(url, f'mini_ml_oldest_message_age_seconds{{queue="{queue}"}}', 0)


def test_a_killed_poller_loses_no_counts_and_continues_them(platform: Platform) -> None:
    upload(platform, "before")
    before = scrape(platform.trainer_url)
    killed = poller_of(platform, "trainer-poller-1")

    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=10)

    dead = scrape(platform.trainer_url)
    assert dead[TRAINED] == before[TRAINED]
    upload(platform, "after")
    assert scraped(platform.trainer_url, TRAINED, before[TRAINED] + 1) == before[TRAINED] + 1
