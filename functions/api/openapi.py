"""Write docs/openapi.json: `python -m functions.api.openapi`."""

import json
from pathlib import Path

from functions.api.factory import create_app
from mini_ml.adapters.memory.cloud import memory_cloud

PATH = Path(__file__).parents[2] / "docs" / "openapi.json"


def rendered() -> str:
    """Return the api's OpenAPI document as formatted JSON."""
    return json.dumps(create_app(memory_cloud(), authenticator=None).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(rendered(), encoding="utf-8")
