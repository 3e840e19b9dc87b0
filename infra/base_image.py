"""Store the digest of a base image in cdk.json: `python -m infra.base_image python:3.12-slim`.

A tag can mean another image tomorrow, and CDK, which compares the files of an image, would not notice. With a digest,
every build of a commit has the same base, and a new base is a change of cdk.json.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import httpx2

from infra.context import CDK_JSON

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HUB: Final = "registry-1.docker.io"
_MEDIA_TYPES: Final = ", ".join(
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
"""Indexes first, because their digest is the same for every architecture."""
_TIMEOUT_SECONDS: Final = 30.0
_DOCKER_SECONDS: Final = 60.0


class DigestNotFound(Exception):
    """The digest of an image cannot be looked up; the message says why."""


def resolve(image: str) -> str:
    """Return an image with the digest of its tag. Docker knows credentials, so it is asked first if it is there.

    Args:
        image: name and tag, such as `python:3.12-slim`; a digest that it has already is looked up again.

    Raises:
        DigestNotFound: neither Docker nor the registry knows the image.
    """
    name = image.partition("@")[0]
    digest = _ask_docker(name) or _ask_registry(name)
    return f"{name}@{digest}"


def _ask_docker(name: str) -> str | None:
    docker = shutil.which("docker")
    if docker is None:
        return None
    command = [docker, "buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_DOCKER_SECONDS)
        digest = str(json.loads(done.stdout)["digest"])
    except (subprocess.SubprocessError, ValueError, LookupError, TypeError):
        return None  # the registry says more about what is wrong
    return digest if _DIGEST.fullmatch(digest) else None


def _ask_registry(name: str) -> str:
    """Return the digest from the registry's own interface, without credentials."""
    registry, repository, tag = _split(name)
    scheme = "http" if registry.partition(":")[0] in ("localhost", "127.0.0.1") else "https"
    url = f"{scheme}://{registry}/v2/{repository}/manifests/{tag}"
    try:
        with httpx2.Client(headers={"Accept": _MEDIA_TYPES}, timeout=_TIMEOUT_SECONDS) as client:
            answer = client.head(url)
            if answer.status_code == 401:
                token = _fetch_token(client, answer.headers.get("WWW-Authenticate", ""))
                answer = client.head(url, headers={"Authorization": f"Bearer {token}"})
    except httpx2.HTTPError as error:
        raise DigestNotFound(f"The registry {registry} cannot be reached: {error}.") from error
    digest = answer.headers.get("Docker-Content-Digest", "")
    if not answer.is_success or not _DIGEST.fullmatch(digest):
        raise DigestNotFound(f"The registry {registry} answers {answer.status_code} for {repository}:{tag}.")
    return digest


def _fetch_token(client: httpx2.Client, challenge: str) -> str:
    """Return a token for anyone, from the address in a `WWW-Authenticate` header, or nothing if there is none."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if "realm" not in asked:
        return ""
    answer = client.get(asked["realm"], params={name: asked[name] for name in ("service", "scope") if name in asked})
    found: dict[str, Any] = answer.json() if answer.is_success else {}
    return str(found.get("token") or found.get("access_token") or "")


def _split(name: str) -> tuple[str, str, str]:
    """Return registry, repository and tag of an image, with the defaults of Docker."""
    first, slash, rest = name.partition("/")
    is_registry = slash and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if is_registry else (_HUB, name)
    repository, colon, tag = path.rpartition(":")
    repository, tag = (repository, tag) if colon else (path, "latest")
    official = registry == _HUB and "/" not in repository
    return registry, f"library/{repository}" if official else repository, tag


def store(image: str, *, file: Path = CDK_JSON) -> None:
    """Write an image into the context of `cdk.json`, from which all later deployments read it."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    document.setdefault("context", {})["base_image"] = image
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def main(image: str, *, file: Path = CDK_JSON) -> None:
    """Look up the digest of an image and store it. Exits with a message if there is none."""
    try:
        resolved = resolve(image)
    except DigestNotFound as error:
        raise SystemExit(f"Cannot look up the digest of {image}. {error}") from error
    store(resolved, file=file)
    print(f"base_image in {file.name}: {resolved}")


if __name__ == "__main__":
    main(sys.argv[1])
