"""Train and predict with the containers of Docker Compose."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from mini_ml.local.listening import free_ports
from tests.e2e.stack import README_LINE, SAMPLES, Stack, run_stack
from tests.fixtures.waiting import eventually
from tests.integration.test_http_contract import SEED_PREDICT, SEED_TRAIN

SERVICES = ("api", "trainer", "predict")
STAND_INS = """
x-stand-in: &stand-in
  image: mini-ml-api:local
  pull_policy: never
  entrypoint: [python, -c, "import time; time.sleep(600)"]
services:
  prometheus: *stand-in
  grafana: *stand-in
"""
"""An image of this machine in place of the ones of the profile `monitoring`, which need a registry."""


def run_line(line: str, base_url: str) -> str:
    """Run a command of the seed against another URL."""
    command = line.replace("http://localhost:8000", base_url)
    return subprocess.run(command, shell=True, cwd=SAMPLES.parent, capture_output=True, text=True, check=True).stdout


def find_ended_job(http: httpx2.Client, key: str) -> dict[str, Any] | None:
    """Return the job of an upload if it has ended, else None."""
    found: list[dict[str, Any]] = http.get("jobs", params={"upload_key": key}).json()["jobs"]
    return next((job for job in found if job["state"] in ("succeeded", "failed")), None)


def test_the_readme_contains_the_start_command_of_these_tests() -> None:
    assert README_LINE in (SAMPLES.parent / "README.md").read_text().splitlines()


@pytest.mark.parametrize("entry_point", ["api", "gateway"])
def test_the_commands_of_the_seed_work_on_both_http_entry_points(stack: Stack, entry_point: str) -> None:
    url: str = getattr(stack, f"{entry_point}_url")

    trained, predicted = run_line(SEED_TRAIN, url), run_line(SEED_PREDICT, url)

    assert '"state":"succeeded"' in trained
    assert predicted.count("Setosa") >= 3


def test_files_copied_by_the_aws_container_are_trained_on_and_scored(stack: Stack) -> None:
    with stack.http(stack.api_url) as http:
        stack.aws("s3", "cp", "samples/iris.csv", "s3://mini-ml-uploads/train/copied/")
        trained = eventually(lambda: find_ended_job(http, "train/copied/iris.csv"))
        stack.aws("s3", "cp", "samples/iris_predict.csv", "s3://mini-ml-uploads/predict/copied/")
        scored = eventually(lambda: find_ended_job(http, "predict/copied/iris_predict.csv"))

        result = http.get(urljoin(f"{stack.api_url}/jobs", scored["links"]["result"]))
        output = httpx2.get(result.headers["location"], trust_env=False)

    assert (trained["state"], scored["state"]) == ("succeeded", "succeeded")
    assert result.headers["location"].startswith(f"{stack.endpoint_url}/mini-ml-artifacts/predictions/copied/")
    assert output.text.splitlines()[0].endswith(",prediction")
    assert "predictions/copied/" in stack.aws("s3", "ls", "--recursive", "s3://mini-ml-artifacts/predictions/copied/")


def test_a_presigned_form_posts_a_file_to_s3(stack: Stack) -> None:
    with stack.http(stack.gateway_url) as http:
        asked = {"kind": "train", "filename": "iris.csv", "model_name": "posted", "options": {}}
        invitation = http.post("uploads", json=asked).json()
        file = {"file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}

        posted = httpx2.post(invitation["url"], data=invitation["fields"], files=file, trust_env=False)

        assert (posted.status_code, eventually(lambda: find_ended_job(http, invitation["key"]))["state"]) == (
            204,
            "succeeded",
        )


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_own_page(stack: Stack, service: str) -> None:
    with stack.http(stack.service_url(service)) as http:
        assert http.get("docs").status_code == http.get("health").status_code == 200


@pytest.mark.parametrize(("service", "queue"), [("api", "dead-letters"), ("trainer", "train"), ("predict", "predict")])
def test_a_service_shows_what_its_pollers_measure(stack: Stack, service: str, queue: str) -> None:
    def find_depth() -> str | None:
        shown = httpx2.get(f"{stack.service_url(service)}/metrics", trust_env=False).text
        return next((line for line in shown.splitlines() if f'queue_depth{{queue="{queue}"}}' in line), None)

    assert eventually(find_depth).startswith("mini_ml_queue_depth")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_with_minimal_privileges(stack: Stack, service: str) -> None:
    container = stack.inspect(service)

    limits = container["HostConfig"]
    assert (limits["ReadonlyRootfs"], limits["CapDrop"]) == (True, ["ALL"])
    assert limits["Memory"] > 0
    assert "no-new-privileges:true" in limits["SecurityOpt"]
    assert container["Config"]["User"] == "10001:10001"


def test_every_port_is_published_on_loopback_only(stack: Stack) -> None:
    services = [*SERVICES, "localstack"]

    bound = [port for name in services for port in stack.inspect(name)["HostConfig"]["PortBindings"].values()]

    assert {address["HostIp"] for addresses in bound for address in addresses} == {"127.0.0.1"}


def test_a_presigned_url_with_a_wrong_signature_is_rejected(stack: Stack) -> None:
    with stack.http(stack.api_url) as http:
        stack.aws("s3", "cp", "samples/iris.csv", "s3://mini-ml-uploads/train/signed/")
        eventually(lambda: find_ended_job(http, "train/signed/iris.csv"))
        location = http.get("models/signed/versions/1/artifact").headers["location"]

    forged = location.replace("X-Amz-Signature=", "X-Amz-Signature=0")

    assert httpx2.get(location, trust_env=False).status_code == 200
    assert httpx2.get(forged, trust_env=False).status_code == 403


@pytest.fixture
def monitoring(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The containers of the profile `monitoring`, with an image that exists here; they have no emulated AWS."""
    monkeypatch.setenv("COMPOSE_PROFILES", "monitoring")
    override = tmp_path / "stand-ins.yml"
    override.write_text(STAND_INS)
    names = ("MINI_ML_PROMETHEUS_PORT", "MINI_ML_GRAFANA_PORT")
    found = Stack(
        project=f"{stack.project}-monitoring",
        files=("docker-compose.yml", str(override)),
        ports=dict(zip(names, free_ports(len(names)), strict=True)),
    )
    try:
        yield found
    finally:
        found.compose("down", "--volumes", "--timeout", "1")


def test_compose_starts_the_containers_of_the_profile_monitoring_with_the_file_of_the_key(
    monitoring: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text("the key of Prometheus")
    monkeypatch.setenv("MINI_ML_METRICS_KEY_FILE", str(file))

    monitoring.compose("up", "--detach", "--no-build", "--no-deps", "prometheus", "grafana")

    read = "print(open('/etc/prometheus/metrics-key').read())"
    assert monitoring.compose("exec", "-T", "prometheus", "python", "-c", read).strip() == "the key of Prometheus"
    assert monitoring.inspect("prometheus")["HostConfig"]["ReadonlyRootfs"] is True


def test_compose_starts_the_containers_of_the_profile_monitoring_without_a_key(monitoring: Stack) -> None:
    monitoring.compose("up", "--detach", "--no-build", "--no-deps", "prometheus", "grafana")

    assert [monitoring.inspect(name)["State"]["Running"] for name in ("prometheus", "grafana")] == [True, True]


def test_on_ministack_models_survive_down_and_up() -> None:
    with run_stack("mini-ml-e2e-kept", "docker-compose.ministack.yml") as kept:
        trained = run_line(SEED_TRAIN, kept.gateway_url)
        kept.compose("down")
        kept.up()
        with kept.http(kept.gateway_url) as http:
            model = http.get("models/default").json()

    assert '"state":"succeeded"' in trained
    assert model["latest"] == 1
