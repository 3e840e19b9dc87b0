"""What `make smoke` does: its story, and of what only AWS shows that part which a gateway's emulator shows too."""

from dataclasses import replace

import pytest

from tests.fixtures.deployed import Deployed
from tests.fixtures.emulated import point_at
from tests.fixtures.synthesis import READ_KEY
from tests.fixtures.waiting import WaitTimeout
from tests.smoke import only_aws, run
from tests.smoke.locked import LOCKED, READER
from tests.smoke.only_aws import check_encoding, check_metrics, check_slow_training, check_unknown_paths
from tests.smoke.site import Site
from tests.smoke.story import STORY


@pytest.fixture
def site(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The deployed stack as the smoke test reaches it."""
    point_at(deployed.endpoint_url, monkeypatch)
    return Site(
        stage="dev",
        api_url=deployed.api_url,
        uploads_bucket=deployed.outputs["UploadsBucket"],
        artifacts_bucket=deployed.outputs["ArtifactsBucket"],
        credential=deployed.admin_key,
        reader=READ_KEY,
        endpoint_url=deployed.endpoint_url,
    )


def test_its_story_is_told(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert (run.tell(site, STORY, LOCKED, READER), capsys.readouterr().out.count(" s\n")) == (0, 8)


def test_a_stack_that_is_not_there_is_told_in_a_sentence(site: Site) -> None:
    with pytest.raises(SystemExit, match=r"Cannot read the outputs of stage prod: .*mini-ml-prod"):
        run.main(["prod"])


def test_text_arrives_as_text_and_an_image_byte_for_byte(site: Site) -> None:
    check_encoding(site)


def test_unknown_paths_are_not_found(site: Site) -> None:
    check_unknown_paths(site)


def test_a_metric_of_the_sweep_is_found(site: Site) -> None:
    sweeps = {"MetricName": "sweeps", "Dimensions": [{"Name": "stage", "Value": "dev"}], "Value": 1}
    site.aws("cloudwatch").put_metric_data(Namespace="MiniML", MetricData=[sweeps])

    check_metrics(site)


def test_a_stage_without_a_metric_of_its_sweep_is_reported(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(only_aws, "_METRIC_SECONDS", 0.0)

    with pytest.raises(WaitTimeout, match=r"^CloudWatch has no metric sweeps"):
        check_metrics(replace(site, stage="prod"))


def test_a_training_that_outlasts_the_gateway_is_a_202(site: Site) -> None:
    """Last: the trainer is busy with it until its next heartbeat finds the job cancelled."""
    check_slow_training(site)
