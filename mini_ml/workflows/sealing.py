"""The seal of a manifest: a MAC over the document as it is stored, so that later fields do not break older seals."""

import hashlib
import json
from typing import Any

from mini_ml.contracts import Manifest
from mini_ml.ports import Cloud


def sealed(cloud: Cloud, manifest: Manifest) -> bytes:
    """Return a manifest as the document to store, with the seal over all its other fields."""
    document = json.loads(manifest.model_dump_json())
    return _canonical(document | {"seal": cloud.seal.sign(_digest(document))})


def is_sealed(cloud: Cloud, body: bytes) -> bool:
    """Tell whether our trainer sealed exactly this document."""
    document = json.loads(body)
    return cloud.seal.verify(_digest(document), document["seal"])


def _digest(document: dict[str, Any]) -> bytes:
    unsealed = {name: value for name, value in document.items() if name != "seal"}
    return hashlib.sha256(_canonical(unsealed)).digest()


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
