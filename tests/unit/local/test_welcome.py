"""The commands that `mini-ml up` prints send the key if authentication is on."""

from pathlib import Path
from typing import Literal

import pytest

from mini_ml.local.embedded import Addresses
from mini_ml.local.settings import LocalSettings
from mini_ml.local.up import format_welcome

SERVICES = {"api": "http://127.0.0.1:8000", "trainer": "http://127.0.0.1:8001", "predict": "http://127.0.0.1:8002"}


def printed_text(auth: Literal["on", "off"], monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    monkeypatch.chdir(folder)
    addresses = Addresses(
        services=SERVICES,  # type: ignore[arg-type]  # the names of services
        gateway_url="http://127.0.0.1:4566/g",
        endpoint_url="http://127.0.0.1:4566",
        logs=folder / "logs",
    )
    return format_welcome(addresses, LocalSettings(auth=auth), seconds=1.0)


def test_without_authentication_the_commands_send_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = printed_text("off", monkeypatch, tmp_path)

    assert "curl http://localhost:8000/models/iris" in text
    assert "Authorization" not in text


def test_with_authentication_every_command_sends_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = printed_text("on", monkeypatch, tmp_path)

    lines = [line for line in text.splitlines() if line.startswith("curl")]
    assert "export MINI_ML_API_KEY=$(cat .mini-ml/admin.key)" in text
    assert len(lines) == 3
    assert all('-H "Authorization: Bearer $MINI_ML_API_KEY"' in line for line in lines)
