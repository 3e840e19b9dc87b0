"""The digest of a base image is asked of Docker or of the registry, and kept in cdk.json for all deployments."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from infra import base_image
from infra.base_image import DigestNotFound, resolve
from infra.context import read_context
from infra.stages import select_deployment

DIGEST = "sha256:" + "0123456789abcdef" * 4
INDEX = "application/vnd.oci.image.index.v1+json"


class _Registry(BaseHTTPRequestHandler):
    """A registry that gives a token to anyone, and has the image `team/python:3.12-slim`."""

    def do_GET(self) -> None:
        """Give a token for the scope that is asked for."""
        asked = parse_qs(urlsplit(self.path).query)
        self._answer(200, {}, json.dumps({"token": f"for {asked['service'][0]} {asked['scope'][0]}"}).encode())

    def do_HEAD(self) -> None:
        """Answer for a manifest."""
        scope = "repository:team/python:pull"
        if self.headers.get("Authorization") != f"Bearer for registry {scope}":
            realm = f"http://{self.headers['Host']}/token"
            self._answer(401, {"WWW-Authenticate": f'Bearer realm="{realm}",service="registry",scope="{scope}"'})
        elif self.path == "/v2/team/python/manifests/3.12-slim" and self.headers["Accept"].startswith(INDEX):
            self._answer(200, {"Docker-Content-Digest": DIGEST})
        else:
            self._answer(404, {})

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a registry, on a machine without Docker."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def _install_docker(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program with the name `docker` into an otherwise empty PATH."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize("image", ["team/python:3.12-slim", f"team/python:3.12-slim@sha256:{'0' * 64}"])
def test_a_registry_is_asked_with_the_token_that_it_gives_to_anyone(registry: str, image: str) -> None:
    assert resolve(f"{registry}/{image}") == f"{registry}/team/python:3.12-slim@{DIGEST}"


def test_an_image_that_a_registry_does_not_have_is_named(registry: str) -> None:
    with pytest.raises(DigestNotFound, match=r"The registry 127\.0\.0\.1:\d+ answers 404 for team/python:4"):
        resolve(f"{registry}/team/python:4")


def test_a_registry_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(DigestNotFound, match=r"The registry 127\.0\.0\.1:1 cannot be reached"):
        resolve("127.0.0.1:1/python:3.12-slim")


def test_docker_is_asked_first_because_it_knows_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = "buildx imagetools inspect --format {{json .Manifest}} private.example/python:3.12-slim"
    answer = json.dumps({"mediaType": INDEX, "digest": DIGEST, "size": 1})
    _install_docker(tmp_path, f"""[ "$*" = "{arguments}" ] && echo '{answer}'""", monkeypatch)

    assert resolve("private.example/python:3.12-slim") == f"private.example/python:3.12-slim@{DIGEST}"


@pytest.mark.parametrize(
    "script",
    [
        "echo 'unknown command: docker buildx' >&2; exit 1",
        f"echo 'Digest: sha256:{'9' * 64}'",
        f"""echo '{{"config": {{"digest": "sha256:{"9" * 64}"}}}}'""",
        """echo '{"digest": "latest"}'""",
        "echo '[]'",
        "while :; do :; done",
    ],
    ids=["fails", "is not JSON", "has another digest", "has no digest", "is a list", "never ends"],
)
def test_a_docker_without_an_answer_leaves_it_to_the_registry(
    registry: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script.startswith("while"):
        monkeypatch.setattr(base_image, "_DOCKER_SECONDS", 0.5)
    _install_docker(tmp_path, script, monkeypatch)

    assert resolve(f"{registry}/team/python:3.12-slim").endswith(DIGEST)


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("python", ("registry-1.docker.io", "library/python", "latest")),
        ("python:3.12-slim", ("registry-1.docker.io", "library/python", "3.12-slim")),
        ("team/python:3", ("registry-1.docker.io", "team/python", "3")),
        ("ghcr.io/team/python:3", ("ghcr.io", "team/python", "3")),
        ("localhost:5000/python", ("localhost:5000", "python", "latest")),
    ],
)
def test_an_image_is_found_where_docker_would_find_it(image: str, parts: tuple[str, str, str]) -> None:
    assert base_image._split(image) == parts


def test_the_digest_is_kept_beside_the_context_that_is_there_and_prod_takes_it(registry: str, tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text('{"app": "python -m infra.app", "context": {"stage": "prod"}}')

    base_image.main(f"{registry}/team/python:3.12-slim", file=file)

    context = read_context([], file=file)
    assert json.loads(file.read_text())["app"] == "python -m infra.app"
    assert select_deployment({**context}).base_image == f"{registry}/team/python:3.12-slim@{DIGEST}"


def test_a_digest_that_cannot_be_looked_up_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match=r"^Cannot look up the digest of 127\.0\.0\.1:1/python\. The registry"):
        base_image.main("127.0.0.1:1/python")


def test_arguments_win_over_the_context_in_cdk_json(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text('{"context": {"stage": "prod", "architecture": "x86_64"}}')
    arguments = ["--context", "stage=dev", "--import-existing-resources", "-c", "api_keys=a:read:1 b:read:2"]

    assert read_context(arguments, file=file) == {
        "stage": "dev",
        "architecture": "x86_64",
        "api_keys": "a:read:1 b:read:2",
    }


def test_a_cdk_json_without_a_context_is_read(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text('{"app": "python -m infra.app"}')

    assert read_context(["--context=stage=dev"], file=file) == {"stage": "dev"}
