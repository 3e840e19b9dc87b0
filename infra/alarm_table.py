"""The alarms of a stage, in one table. The stack, its dashboard and the tests of the runbook read it.

An alarm needs an operator. What a retry, the sweep or a rejection settles raises none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from infra.cloud_metrics import CloudMetric, of_account, of_api, of_function, of_platform, of_queue
from infra.stages import Deployment
from mini_ml.topology import Function, Names, functions, queues
from mini_ml.topology.metrics import EVENTS, JOBS, SWEEPS, UNREADABLE_MESSAGES

Statistic = Literal["Sum", "Minimum", "Maximum", "p95"]
MissingData = Literal["breaching", "notBreaching"]

RUNBOOK: Final = "docs/runbook.md"
_MINUTES: Final = 60
_ERRORS: Final = 3
"""Invocations of a function that must fail within `_ERRORS_SECONDS`."""
_ERRORS_SECONDS: Final = 15 * _MINUTES


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """An alarm: what is measured, from when on it is too much, and where the runbook says what to do."""

    name: str
    """Name within the stage."""
    section: str
    """Heading of its section in the runbook."""
    meaning: str
    """What has happened, in one sentence."""
    metric: CloudMetric
    statistic: Statistic
    threshold: float
    """The alarm is raised at this value and above, or below it if `is_below`."""
    is_below: bool = False
    period_seconds: int = 5 * _MINUTES
    periods: int = 1
    """Number of consecutive periods that must be over the threshold."""
    missing: MissingData = "notBreaching"
    """What a period without data means."""

    @property
    def description(self) -> str:
        """What has happened, and where to read on."""
        return f"{self.meaning} What to do: {RUNBOOK}#{anchor(self.section)}"


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading of letters, digits and blanks."""
    return heading.lower().replace(" ", "-")


def alarm_rules(deployment: Deployment, names: Names, *, account_concurrency: int) -> tuple[AlarmRule, ...]:
    """Return the alarms of a stage.

    Args:
        deployment: the stage; its queues and functions get an alarm each.
        names: names of queues, functions and the API on AWS.
        account_concurrency: quota of concurrent executions of the account.
    """
    return (
        *_of_queues(deployment, names),
        *_of_functions(deployment, names),
        *_of_the_api(deployment, names, account_concurrency),
        *_of_jobs(deployment),
    )


def _of_queues(deployment: Deployment, names: Names) -> Iterator[AlarmRule]:
    timeouts = {function.queue: function.timeout_seconds for function in functions(deployment.stage)}
    for queue in queues(deployment.stage):
        if queue.prefix is None:
            continue
        # The message of a worker that died stays in the queue for the visibility timeout, although the sweep has sent
        # another one for its job long before.
        seconds = queue.visibility_seconds + 2 * timeouts[queue.name]
        yield AlarmRule(
            name=f"oldest-message-{queue.name}",
            section="Jobs wait too long",
            meaning=f"A message in the queue {queue.name} is older than {seconds} s.",
            metric=of_queue("ApproximateAgeOfOldestMessage", queue.name, names),
            statistic="Maximum",
            threshold=seconds,
        )
    yield AlarmRule(
        name="dead-letters",
        section="Dead letters",
        meaning="A message was received five times without success, or a dead letter could not be processed.",
        # The function that fails their jobs removes dead letters within seconds, so their number is mostly zero.
        metric=of_queue("NumberOfMessagesReceived", "dead-letters", names),
        statistic="Sum",
        threshold=1,
    )
    yield AlarmRule(
        name="dead-letters-waiting",
        section="Dead letters",
        meaning="Nothing receives the dead letters.",
        metric=of_queue("ApproximateNumberOfMessagesVisible", "dead-letters", names),
        statistic="Minimum",
        threshold=1,
        periods=3,
    )
    yield AlarmRule(
        name="unreadable-messages",
        section="Unreadable messages",
        meaning="A dead letter names no upload, so no job could be marked as failed.",
        metric=of_platform(UNREADABLE_MESSAGES, stage_name=deployment.name),
        statistic="Sum",
        threshold=1,
    )


def _of_functions(deployment: Deployment, names: Names) -> Iterator[AlarmRule]:
    for function in functions(deployment.stage):
        errors = _errors_from(deployment, function)
        yield AlarmRule(
            name=f"errors-{function.name}",
            section="Functions fail",
            meaning=(
                f"At least {errors} invocations of {function.name} crashed, ran out of memory or timed out in "
                f"{_ERRORS_SECONDS // _MINUTES} minutes."
            ),
            metric=of_function("Errors", function.name, names),
            statistic="Sum",
            threshold=errors,
            period_seconds=_ERRORS_SECONDS,
        )
        yield AlarmRule(
            name=f"throttles-{function.name}",
            section="Functions are throttled",
            meaning=f"Lambda refused at least 5 invocations of {function.name} in 5 minutes.",
            metric=of_function("Throttles", function.name, names),
            statistic="Sum",
            threshold=5,
        )


def _errors_from(deployment: Deployment, function: Function) -> int:
    """Return the number of errors that raises the alarm: not more than workers that all time out can have."""
    takes_whole_period = function.timeout_seconds >= _ERRORS_SECONDS
    return min(_ERRORS, deployment.workers_at_once) if takes_whole_period else _ERRORS


def _of_the_api(deployment: Deployment, names: Names, account_concurrency: int) -> Iterator[AlarmRule]:
    yield AlarmRule(
        name="account-concurrency",
        section="Account concurrency",
        meaning=f"80 % of the account's {account_concurrency} concurrent executions are in use or reserved.",
        metric=of_account("ClaimedAccountConcurrency"),
        statistic="Maximum",
        threshold=0.8 * account_concurrency,
        period_seconds=_MINUTES,
        periods=5,
    )
    yield AlarmRule(
        name="integration-failures",
        section="The API answers with 5xx",
        meaning="At least 5 requests were answered with a status of 500 or above in 5 minutes.",
        metric=of_api("5XXError", names, stage_name=deployment.name),
        statistic="Sum",
        threshold=5,
    )
    yield AlarmRule(
        name="predict-duration",
        section="Online predictions are slow",
        meaning="5 % of the online predictions took longer than a third of their timeout, for 15 minutes.",
        metric=of_function("Duration", "predict", names),
        statistic="p95",
        threshold=round(1000 * deployment.stage.predict_timeout_seconds / 3),
        periods=3,
    )


def _of_jobs(deployment: Deployment) -> Iterator[AlarmRule]:
    kinds = [queue.name for queue in queues(deployment.stage) if queue.prefix]  # each has the queue of its name
    for kind in kinds:
        yield AlarmRule(
            name=f"failed-jobs-{kind}",
            section="Jobs that the platform failed",
            meaning=f"A {kind} job failed, and not because of its file or its options.",
            metric=of_platform(JOBS, stage_name=deployment.name, kind=kind, outcome="failed"),
            statistic="Sum",
            threshold=1,
        )
    yield AlarmRule(
        name="events-lost",
        section="Events are not delivered",
        meaning="The event of a job was given up.",
        metric=of_platform(EVENTS, stage_name=deployment.name, outcome="lost"),
        statistic="Sum",
        threshold=1,
    )
    yield AlarmRule(
        name="events-delayed",
        section="Events are not delivered",
        meaning="Events of jobs could not be sent for 15 minutes.",
        metric=of_platform(EVENTS, stage_name=deployment.name, outcome="delayed"),
        statistic="Sum",
        threshold=1,
        periods=3,
    )
    yield AlarmRule(
        name="sweep-heartbeat",
        section="The sweep has stopped",
        meaning="No sweep has ended for 10 minutes.",
        metric=of_platform(SWEEPS, stage_name=deployment.name),
        statistic="Sum",
        threshold=1,
        is_below=True,
        periods=2,
        missing="breaching",
    )
