"""`GET …/report`: a verified page or its figures, in the language of the reader, with cells for those who may train."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from mini_ml import keys
from mini_ml.adapters.auth.api_keys import ApiKey, new_key
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.contracts import Artifact, Frequency, Manifest, Profile, ReportView, UnsealedManifest
from mini_ml.registry import sealing
from mini_ml.topology.lambda_encoding import encoded_bytes
from tests.functions.services import Services, problem, services_in, services_over, train

REPORT = "/models/default/versions/1/report"
TOWNS = b"town,size,sold\n" + b"".join(
    f"{town},{size},{'yes' if size > 20 else 'no'}\n".encode() for size in range(40) for town in ("Recife", "Natal")
)


def train_towns(services: Services, *, headers: dict[str, str] | None = None) -> None:
    """Train on cells that can be recognised."""
    file = {"dataset_file": ("towns.csv", TOWNS, "text/csv")}
    fields = {"model_type": "LogisticRegression"}
    answer = services.trainer.post("/train", files=file, data=fields, headers=headers or {})
    assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model; shared, so tests must not change it."""
    with services_in(tmp_path_factory.mktemp("reported")) as services:
        train_towns(services)
        yield services


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, dict[str, dict[str, str]]]]:
    """Services with authentication and a model, and the headers of a credential for each set of scopes."""
    wanted = {"read": ["read"], "both": ["read", "train"], "admin": ["admin"], "train": ["train"]}
    made: dict[str, tuple[str, ApiKey]] = {name: new_key(name, scopes) for name, scopes in wanted.items()}
    authenticator = Authenticator(keys=tuple(stored for _, stored in made.values()), tokens=None)
    headers = {name: {"Authorization": f"Bearer {key}"} for name, (key, _) in made.items()}
    folder = tmp_path_factory.mktemp("keyed")
    with services_over(memory_cloud(), folder, authenticator=authenticator) as services, services.polling():
        train_towns(services, headers=headers["admin"])
        yield services, headers


def test_a_report_is_a_page_without_scripts(reported: Services) -> None:
    answer = reported.api.get(REPORT)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", None, "en"),
        ("", "pt-BR,en;q=0.5", "pt-BR"),
        ("", "de", "en"),
        ("?lang=pt-BR", "en", "pt-BR"),
        ("?lang=en", "pt-BR", "en"),
    ],
)
def test_the_page_is_in_the_language_of_the_reader(
    reported: Services, query: str, accepted: str | None, language: str
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}

    answer = reported.api.get(REPORT + query, headers=headers)

    assert f'<html lang="{language}">' in answer.text
    assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")


def test_the_figures_are_what_the_trainer_stored(reported: Services) -> None:
    figures = reported.api.get(f"{REPORT}?format=json").json()
    manifest = reported.api.get("/models/default/versions/1").json()

    stored = json.loads(reported.cloud.artifacts.get(manifest["profile"]["key"]).body)
    assert figures["profile"] == stored
    assert (figures["model_name"], figures["version"], figures["values"]) == ("default", 1, True)
    assert {one["value"] for one in figures["profile"]["columns"][0]["frequencies"]} == {"Recife", "Natal"}


@pytest.mark.parametrize("version", ["1", "latest"])
def test_a_version_links_to_its_report(reported: Services, version: str) -> None:
    here = f"http://testserver/models/default/versions/{version}"
    link = reported.api.get(here).json()["links"]["report"]

    assert reported.api.get(str(httpx2.URL(here).join(link))).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?format=xml", 422, "invalid_option"),
        ("?lang=de", 422, "invalid_option"),
        ("?language=en", 400, "invalid_request"),
    ],
)
def test_an_unknown_parameter_or_value_is_rejected(reported: Services, query: str, status: int, code: str) -> None:
    answer = reported.api.get(REPORT + query)

    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/models/nobody/versions/1/report", "model_not_found"),
        ("/models/default/versions/7/report", "version_not_found"),
        ("/models/default/versions/champion/report", "alias_not_found"),
        ("/models/Default/versions/1/report", "invalid_name"),
    ],
)
def test_a_version_that_does_not_exist_has_no_report(reported: Services, path: str, code: str) -> None:
    assert problem(reported.api.get(path))["code"] == code


@pytest.mark.parametrize(("reader", "values"), [("read", False), ("both", True), ("admin", True)])
def test_cells_are_shown_only_to_those_who_may_train(
    keyed: tuple[Services, dict[str, dict[str, str]]], reader: str, values: bool
) -> None:
    services, headers = keyed

    page = services.api.get(REPORT, headers=headers[reader]).text
    figures = services.api.get(f"{REPORT}?format=json", headers=headers[reader])

    assert figures.json()["values"] == values
    assert [town in page for town in ("Recife", "Natal")] == [values, values]
    assert [town in figures.text for town in ("Recife", "Natal")] == [values, values]


def test_a_report_needs_the_scope_read(keyed: tuple[Services, dict[str, dict[str, str]]]) -> None:
    services, headers = keyed

    assert services.api.get(REPORT).status_code == 401
    assert services.api.get(REPORT, headers=headers["train"]).status_code == 403


def test_a_changed_profile_is_not_shown(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        train_towns(services)
        manifest = Manifest.model_validate_json(services.cloud.artifacts.get(keys.manifest("default", 1)).body)
        assert manifest.profile is not None
        changed = manifest.profile.model_copy(update={"sha256": "0" * 64})
        body = sealing.seal(services.cloud, _unsealed(manifest, profile=changed))
        services.cloud.artifacts.put(keys.manifest("default", 1), body)

        answer = services.api.get(REPORT)

    assert problem(answer)["code"] == "artifact_rejected"


def test_a_manifest_that_was_not_sealed_here_has_no_report(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        train_towns(services)
        key = keys.manifest("default", 1)
        services.cloud.artifacts.put(key, services.cloud.artifacts.get(key).body.replace(b'"seed":', b'"seed": '))

        assert problem(services.api.get(REPORT))["code"] == "artifact_rejected"


def test_a_model_of_a_release_without_reports_has_one_of_its_manifest(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        train(services.trainer)
        manifest = Manifest.model_validate_json(services.cloud.artifacts.get(keys.manifest("default", 1)).body)
        body = sealing.seal(services.cloud, _unsealed(manifest, profile=None))
        services.cloud.artifacts.put(keys.manifest("default", 1), body)

        page, figures = services.api.get(REPORT), services.api.get(f"{REPORT}?format=json")

    assert "trained by a release without reports" in page.text
    assert ReportView.model_validate_json(figures.content).profile is None


@pytest.mark.parametrize("name", ["a column with a name {}", "a long name " * 30 + "{}", "😀" * 300 + "{}"])
def test_the_figures_of_the_widest_file_fit_into_an_answer_of_lambda(tmp_path: Path, name: str) -> None:
    with services_in(tmp_path) as services:
        train_towns(services)
        _replace_columns(services, [name.format(number) for number in range(2000)])

        answer = services.api.get(f"{REPORT}?format=json")

    limits = services.cloud.stage.limits
    figures = ReportView.model_validate_json(answer.content).profile
    assert answer.status_code == 200
    assert encoded_bytes(answer.text) <= limits.encoded_answer_bytes - 10_000
    assert figures is not None
    assert "fewer_values" in [note.code for note in figures.notes]


def _replace_columns(services: Services, names: list[str]) -> None:
    """Store a profile with these columns, each with 20 categories, for the model."""
    store = services.cloud.artifacts
    manifest = Manifest.model_validate_json(store.get(keys.manifest("default", 1)).body)
    assert manifest.profile is not None
    profile = Profile.model_validate_json(store.get(manifest.profile.key).body)
    frequencies = tuple(Frequency(value=f"{number} {'ç' * 50}", count=20 - number) for number in range(20))
    columns = [profile.columns[0].model_copy(update={"name": name, "frequencies": frequencies}) for name in names]
    body = profile.model_copy(update={"columns": tuple(columns)}).model_dump_json().encode()
    head = store.put(manifest.profile.key, body)
    changed = Artifact(
        key=manifest.profile.key, version_id=head.version_id, size=len(body), sha256=hashlib.sha256(body).hexdigest()
    )
    store.put(keys.manifest("default", 1), sealing.seal(services.cloud, _unsealed(manifest, profile=changed)))


def _unsealed(manifest: Manifest, **changes: object) -> UnsealedManifest:
    return UnsealedManifest(**{**{name: value for name, value in manifest if name != "seal"}, **changes})


def test_the_pages_need_no_ml_stack() -> None:
    code = (
        "import sys, functions.api.factory, mini_ml.report.render;"
        "print(*(name for name in ('numpy', 'pandas', 'sklearn') if name in sys.modules))"
    )

    assert run_python(code) == "\n"


def run_python(code: str) -> str:
    """Return the output of a Python program."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
