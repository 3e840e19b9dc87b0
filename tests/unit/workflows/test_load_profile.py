"""A stored profile is read only if it is the one that the manifest was sealed with."""

import hashlib

import pytest

from mini_ml.contracts import Artifact, Manifest
from mini_ml.errors import ArtifactRejected
from mini_ml.registry.profiles import load_profile
from mini_ml.registry.sealing import load_verified_manifest
from tests.unit.workflows.memory_platform import MemoryPlatform


@pytest.fixture
def manifest(platform: MemoryPlatform) -> Manifest:
    """The manifest of a model."""
    platform.train()
    return load_verified_manifest(platform.cloud, "shop", 1)


def with_profile(platform: MemoryPlatform, manifest: Manifest, body: bytes) -> Manifest:
    """Return a manifest that names other bytes, with their digest."""
    head = platform.cloud.artifacts.put("models/shop/artifacts/other/1/profile.json", body)
    stored = Artifact(key=head.key, version_id=head.version_id, size=len(body), sha256=hashlib.sha256(body).hexdigest())
    return manifest.model_copy(update={"profile": stored})


def test_the_profile_of_a_manifest_is_read(platform: MemoryPlatform, manifest: Manifest) -> None:
    profile = load_profile(platform.cloud, manifest)

    assert profile is not None
    assert [column.name for column in profile.columns] == [column.name for column in manifest.model_schema.columns]


def test_a_model_of_an_earlier_release_has_none(platform: MemoryPlatform, manifest: Manifest) -> None:
    assert load_profile(platform.cloud, manifest.model_copy(update={"profile": None})) is None


def test_figures_of_a_later_release_are_ignored(platform: MemoryPlatform, manifest: Manifest) -> None:
    assert manifest.profile is not None
    body = platform.cloud.artifacts.get(manifest.profile.key).body

    extended = with_profile(platform, manifest, body.replace(b'{"format"', b'{"radar":[1],"format"', 1))

    assert load_profile(platform.cloud, extended) == load_profile(platform.cloud, manifest)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 1}, {"key": "models/shop/artifacts/none"}])
def test_other_bytes_are_rejected(platform: MemoryPlatform, manifest: Manifest, change: dict[str, object]) -> None:
    assert manifest.profile is not None
    other = manifest.model_copy(update={"profile": manifest.profile.model_copy(update=change)})

    with pytest.raises(ArtifactRejected):
        load_profile(platform.cloud, other)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"format":1}', b"\xff"])
def test_a_file_that_is_not_a_profile_is_rejected(platform: MemoryPlatform, manifest: Manifest, body: bytes) -> None:
    with pytest.raises(ArtifactRejected, match="its profile cannot be read"):
        load_profile(platform.cloud, with_profile(platform, manifest, body))
