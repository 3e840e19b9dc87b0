"""docs/settings.md lists every field of every settings class, with its variable, default and docstring."""

import ast
import inspect
import tempfile
import textwrap
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from functions.api.settings import ApiSettings
from functions.predict.settings import PredictSettings
from functions.trainer.settings import TrainerSettings
from mini_ml.adapters.auth.settings import AuthSettings
from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.adapters.logs import LogSettings
from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.adapters.settings import CloudSettings
from mini_ml.cli.arguments import CliSettings
from mini_ml.local.gateway import GatewaySettings
from mini_ml.local.poller import PollerSettings
from mini_ml.local.provisioner import ProvisionerSettings
from mini_ml.local.service import ServiceSettings
from mini_ml.local.settings import LocalSettings
from mini_ml.topology import STAGES, Limits
from tests.docs.pages import ROOT, one_line, page
from tests.fixtures.required import variables_of

SECTIONS: dict[str, type[BaseSettings]] = {
    "`mini-ml up`": LocalSettings,
    "`mini-ml inspect`, `train`, `predict`, `jobs`, `models`, `drift`, `logs`": CliSettings,
    "Every service": CloudSettings,
    "Events": EventSettings,
    "Logs": LogSettings,
    "Who may call": AuthSettings,
    "Metrics": MetricsSettings,
    "api": ApiSettings,
    "trainer": TrainerSettings,
    "predict": PredictSettings,
    "Poller": PollerSettings,
    "Service in a container": ServiceSettings,
    "Provisioner": ProvisionerSettings,
    "Gateway in a container": GatewaySettings,
}


def docstrings(settings: type) -> dict[str, str]:
    """Return the docstring under each field that the class itself declares."""
    [declared] = ast.parse(textwrap.dedent(inspect.getsource(settings))).body
    assert isinstance(declared, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(declared.body, declared.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(below, ast.Expr), f"{field.target.id} has no docstring"
            found[field.target.id] = one_line(ast.literal_eval(below.value))
    return found


def variables(name: str, field: FieldInfo) -> str:
    """Return the environment variables of a field."""
    return ", ".join(f"`{variable}`" for variable in variables_of(name, field))


def default(field: FieldInfo) -> str:
    """Return a default as the page spells it."""
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None:
        return "none"
    if field.default == Path(tempfile.gettempdir()):
        return "the system's temporary folder"
    return f"`{field.default}`"


@pytest.mark.parametrize(("heading", "settings"), SECTIONS.items(), ids=SECTIONS)
def test_a_section_is_the_fields_of_its_class(heading: str, settings: type[BaseSettings]) -> None:
    meanings = docstrings(settings)

    expected = [
        [variables(name, settings.model_fields[name]), default(settings.model_fields[name]), meaning]
        for name, meaning in meanings.items()
    ]

    assert page("docs/settings.md").rows(heading) == expected


def test_every_settings_class_has_a_section() -> None:
    sources = [path for folder in ("mini_ml", "functions") for path in (ROOT / folder).rglob("*.py")]
    classes = [
        node.name
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and {"BaseSettings", "CloudSettings"} & {ast.unparse(b) for b in node.bases}
    ]

    assert sorted(classes) == sorted(settings.__name__ for settings in SECTIONS.values())


def test_the_limits_of_a_job_follow_from_its_function() -> None:
    expected = [
        [f"`{name}`", function, *(f"{number:,}" for number in numbers)]
        for name, stage in STAGES.items()
        for function, numbers in (
            ("trainer", (stage.trainer_timeout_seconds, stage.trainer_memory_mib, *limits_of(stage.training_limits))),
            ("predict-batch", (stage.batch_timeout_seconds, stage.batch_memory_mib, *limits_of(stage.batch_limits))),
        )
    ]

    assert page("docs/settings.md").rows("What a job may take") == expected


def limits_of(limits: Limits) -> tuple[int, int]:
    """Return the limits that depend on the function."""
    return limits.estimated_seconds, limits.estimated_memory_mib


def test_the_limits_are_those_of_every_stage() -> None:
    meanings = docstrings(Limits)

    expected = [[f"`{name}`", f"{getattr(Limits(), name):,}", meaning] for name, meaning in meanings.items()]

    assert page("docs/settings.md").rows("Limits") == expected
    assert {stage.limits for stage in STAGES.values()} == {Limits()}
