"""The topology follows the rules that AWS does not check."""

from pathlib import Path

import pytest

from mini_ml.topology import GATEWAY_ROUTES, ONE_THREAD, ROUTES, STAGES, Function, Stage, functions, queues

ROOT = Path(__file__).parents[2]


def _consumers(stage: Stage) -> list[Function]:
    return [function for function in functions(stage) if function.queue is not None]


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_a_message_stays_invisible_for_six_timeouts_of_its_consumer(stage: Stage) -> None:
    visibility = {queue.name: queue.visibility_seconds for queue in queues(stage)}

    too_short = [f.name for f in _consumers(stage) if f.queue and visibility[f.queue] < 6 * f.timeout_seconds]

    assert too_short == []


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_every_work_queue_has_dead_letters_and_one_message_a_batch(stage: Stage) -> None:
    *work, dead_letters = queues(stage)

    assert [(queue.max_receive_count, queue.batch_size) for queue in work] == [(5, 1), (5, 1)]
    assert (dead_letters.name, dead_letters.max_receive_count) == ("dead-letters", None)


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_exactly_one_function_reads_each_queue(stage: Stage) -> None:
    assert sorted(str(function.queue) for function in _consumers(stage)) == sorted(q.name for q in queues(stage))


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_a_lease_outlives_a_renewal_that_fails_once(stage: Stage) -> None:
    assert stage.lease_seconds >= 2 * stage.renew_seconds


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_a_request_waits_less_than_the_function_that_answers_it_may_run(stage: Stage) -> None:
    assert stage.default_wait_seconds <= stage.wait_seconds < stage.api_timeout_seconds < 29


@pytest.mark.parametrize("stage", [STAGES["dev"], STAGES["prod"]], ids=lambda stage: stage.name)
def test_on_aws_a_sweep_ends_before_the_next_one_starts(stage: Stage) -> None:
    assert stage.sweeper_timeout_seconds < stage.sweep_every_seconds


def test_requests_and_the_sweep_have_functions_of_their_own() -> None:
    by_name = {function.name: function for function in functions(STAGES["dev"])}

    assert (by_name["api"].queue, by_name["api"].sweeps) == (None, False)
    assert (by_name["sweeper"].queue, by_name["sweeper"].sweeps) == ("dead-letters", True)
    assert by_name["sweeper"].service == "api"


def test_thread_variables_are_spelled_in_one_file() -> None:
    product = [path for folder in ("mini_ml", "functions", "infra", "bench") for path in (ROOT / folder).rglob("*.py")]
    files = [*product, *ROOT.glob("containers/*/Dockerfile"), ROOT / "Dockerfile", *ROOT.glob("docker-compose*.yml")]

    spelled = [path for path in files if any(name in path.read_text(encoding="utf-8") for name in ONE_THREAD)]

    assert spelled == [ROOT / "mini_ml" / "topology" / "threads.py"]


def test_the_rest_api_has_every_route_but_the_metrics_of_a_service() -> None:
    behind = {route.path for route in GATEWAY_ROUTES}

    assert {route.path for route in ROUTES} - behind == {"/metrics"}
