"""`mini-ml compare`, `promote` and `models --alias` against the api itself."""

import json
from collections.abc import Callable
from functools import partial

import pytest

from mini_ml.cli import commands, main
from mini_ml.client import Client, RequestRejected
from tests.functions.services import Services
from tests.unit.registry.published import label_rows, publish, write_rows

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(idle: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a platform with a version, and one that is worse; returns exit code, output and errors."""
    for version, right in ((1, 0.8), (2, 0.6)):
        publish(idle.cloud, version, write_rows(label_rows(400, right=right)), model_params={"C": float(version)})
    monkeypatch.setattr(commands, "Client", partial(Client, transport=idle.api._transport))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--url", "http://testserver"])
        return code, *capsys.readouterr()

    return call


def test_a_version_is_promoted_and_the_moves_are_shown(run: Run) -> None:
    run("promote", "iris", "2", "--reason", "first one")
    code, out, _ = run("promote", "iris", "1", "--if-better")

    lines = out.splitlines()
    assert (code, lines[0]) == (0, "Alias champion of iris points to version 1.")
    assert lines[2].split() == ["moved", "from", "to", "by", "reason"]
    assert lines[3].split()[2:6] == ["2", "1", "unrestricted", "Version"]
    assert lines[4].endswith("-   2  unrestricted  first one")


def test_a_version_that_is_not_better_is_not_promoted_and_the_comparison_is_shown(run: Run) -> None:
    run("promote", "iris", "1", "--alias", "best")
    code, out, err = run("promote", "iris", "latest", "--alias", "best", "--if-better")

    assert (code, out) == (1, "")
    assert err.startswith("The version is not better: Version 2 is not known to be better than version 1")
    assert "log_loss" in err
    assert run("models", "iris", "--alias", "best")[1].startswith("Alias best of iris points to version 1.\n")


def test_with_json_the_problem_has_the_comparison(run: Run) -> None:
    run("promote", "iris", "1")
    code, _, err = run("promote", "iris", "2", "--if-better", "--json")

    assert (code, json.loads(err)["comparison"]["verdict"]) == (1, "worse")


def test_two_versions_are_compared_side_by_side(run: Run) -> None:
    code, out, _ = run("compare", "iris", "1", "latest")

    lines = out.splitlines()
    assert (code, lines[0].partition(".")[0]) == (0, "Version 2 is worse than version 1")
    assert [line.split() for line in lines if line.startswith("  metric")] == [
        ["metric", "version", "1", "version", "2", "difference", "95", "%", "interval", "says"]
    ]
    assert ["C", "1.0", "2.0"] in [line.split() for line in lines]


def test_with_json_a_comparison_is_the_response(run: Run) -> None:
    assert json.loads(run("compare", "iris", "1", "2", "--json")[1])["verdict"] == "worse"


def test_an_alias_without_a_model_is_an_invalid_argument(run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        run("models", "--alias", "champion")

    assert caught.value.code == 2


def test_the_client_compares_moves_and_removes(idle: Services, run: Run) -> None:
    with Client("http://testserver", transport=idle.api._transport) as client:
        client.move_alias("iris", "champion", 1, reason="first one")
        with pytest.raises(RequestRejected) as caught:
            client.move_alias("iris", "champion", 2, if_better=True)
        compared = client.compare("iris", "champion", 2)
        client.remove_alias("iris", "champion", reason="not in use")
        shown = client.alias("iris", "champion")

    assert caught.value.problem.comparison == compared
    assert (compared.verdict, shown.version) == ("worse", None)
    assert [move.reason for move in shown.moves] == ["not in use", "first one"]
