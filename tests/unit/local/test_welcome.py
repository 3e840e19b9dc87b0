"""What `mini-ml up` says once it is up can be pasted, with the key where one is asked for."""

from pathlib import Path
from typing import Literal

import pytest

from mini_ml.local.embedded import Addresses
from mini_ml.local.settings import LocalSettings
from mini_ml.local.up import welcome

SERVICES = {"api": "http://127.0.0.1:8000", "trainer": "http://127.0.0.1:8001", "predict": "http://127.0.0.1:8002"}


def told(auth: Literal["on", "off"], monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    monkeypatch.chdir(folder)
    addresses = Addresses(
        services=SERVICES,  # type: ignore[arg-type]  # the names of services
        gateway_url="http://127.0.0.1:4566/g",
        endpoint_url="http://127.0.0.1:4566",
        logs=folder / "logs",
    )
    return welcome(addresses, LocalSettings(auth=auth), seconds=1.0)


def test_where_nobody_is_asked_no_key_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = told("off", monkeypatch, tmp_path)

    assert "curl http://localhost:8000/models/iris" in text
    assert "Authorization" not in text


def test_where_a_key_is_asked_for_every_line_sends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = told("on", monkeypatch, tmp_path)

    lines = [line for line in text.splitlines() if line.startswith("curl")]
    assert "export MINI_ML_API_KEY=$(cat .mini-ml/admin.key)" in text
    assert len(lines) == 3
    assert all('-H "Authorization: Bearer $MINI_ML_API_KEY"' in line for line in lines)
