"""`mini-ml report` saves the report of a version, and with `--json` prints its figures."""

from functools import partial
from pathlib import Path

import httpx2
import pytest

from mini_ml.cli import commands, main
from mini_ml.client import Client
from tests.fixtures.responses import MANIFEST, build_problem

FIGURES = {"model_name": "iris", "version": 3, "values": True, "profile": None, "links": {}}
PROBLEM = build_problem(404, "version_not_found", "Version not found", "Model iris has no version 3.")


def respond(request: httpx2.Request) -> httpx2.Response:
    """Answer as a server that has version 3 of `iris`."""
    path = request.url.raw_path.decode()
    if path.endswith("format=json"):
        return httpx2.Response(200, json=FIGURES)
    if "/report" in path:
        return httpx2.Response(200, text="<!doctype html>Relatório", headers={"content-type": "text/html"})
    if path.endswith(("/3", "/champion", "/latest")):
        return httpx2.Response(200, json=MANIFEST)
    return httpx2.Response(404, json=PROBLEM)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that the command sends."""
    sent: list[str] = []

    def record(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.url.raw_path.decode())
        return respond(request)

    monkeypatch.setattr(commands, "Client", partial(Client, transport=httpx2.MockTransport(record)))
    return sent


def test_a_report_is_saved_under_the_number_of_its_version(
    requests: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["report", "iris", "--version", "champion", "--lang", "pt-BR"]) == 0

    assert (tmp_path / "iris-3.html").read_text(encoding="utf-8") == "<!doctype html>Relatório"
    assert requests[-1] == "/models/iris/versions/3/report?lang=pt-BR"
    assert capsys.readouterr().out == "Wrote the report of version 3 of iris to iris-3.html.\n"


def test_the_newest_version_is_the_default_and_the_file_can_be_named(requests: list[str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")

    assert main(["report", "iris", "--output", str(path)]) == 0

    assert path.read_text(encoding="utf-8") == "<!doctype html>Relatório"
    assert requests == ["/models/iris/versions/latest", "/models/iris/versions/3/report?lang=en"]
    assert list(tmp_path.iterdir()) == [path]


def test_the_figures_can_be_printed_as_json(requests: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "iris", "--version", "champion", "--json"]) == 0

    assert requests == ["/models/iris/versions/champion/report?format=json"]
    assert '"profile": null' in capsys.readouterr().out


def test_a_missing_version_is_reported_and_nothing_is_written(
    requests: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "iris", "--version", "9", "--output", str(tmp_path / "x.html")]) == 1

    assert "Model iris has no version 3." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lang", "de"], "invalid choice: 'de'"),
        (["--output", "/"], "it is a folder, or its parent folder does not exist"),
        (["--output", "/nowhere/x.html"], "it is a folder, or its parent folder does not exist"),
    ],
)
def test_invalid_arguments_say_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["report", "iris", *arguments])

    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_the_client_returns_the_page_and_the_figures() -> None:
    with Client("http://platform.test", transport=httpx2.MockTransport(respond)) as client:
        assert client.report("iris", "3") == "<!doctype html>Relatório"
        assert client.report_figures("iris").version == 3
