"""Local replacement for Lambda's event source mapping: invokes a handler with messages of a queue, and on a schedule.

Start it with `python -m mini_ml.local.poller`. One process is one execution environment: it runs one invocation at a
time and exits when an invocation exceeds its timeout, as Lambda does. The supervisor then restarts it.
"""

import importlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml import log_context
from mini_ml.adapters import logs
from mini_ml.adapters.aws.sqs import SqsQueue
from mini_ml.adapters.configuration import read_settings
from mini_ml.adapters.monitoring.build import build_metrics
from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.adapters.ticker import every
from mini_ml.local.invocation import (
    Context,
    Handler,
    build_scheduled_event,
    build_sqs_event,
    read_failed_ids,
    retry_delay,
)
from mini_ml.local.queue_meter import QueueMeter
from mini_ml.topology import QueueName

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

logger = logging.getLogger(__name__)

_RECONNECT_SECONDS: Final = 0.5
_MEASURE_SECONDS: Final = 5.0
"""Interval at which a poller measures its queue."""


class PollerSettings(BaseSettings):
    """Settings of one poller; boto3 reads credentials and endpoint from its own variables."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    handler: str
    """Lambda handler to invoke, as `module:function`."""

    function_name: str
    """Function name in the context of the handler."""

    queue_url: str
    """URL of the queue to poll."""

    queue: QueueName | None = None
    """Name of the queue in the metrics; None measures nothing."""

    timeout_seconds: float
    """Timeout of one invocation; the process exits when it is exceeded."""

    batch_size: int = 1
    """Maximum number of messages in one invocation."""

    schedule_seconds: float | None = None
    """Time between two scheduled invocations, the first one at start; None for no schedule."""

    long_poll_seconds: int = 1
    """How long to wait for messages in one call; an idle poller takes up to this long to stop."""

    retry_seconds: float = 1.0
    """Delay before a failed message is received again; doubled with each receive."""

    stop_seconds: float = 1.0
    """How long a running invocation may continue after SIGTERM."""


@dataclass(kw_only=True)
class Poller:
    """Polls a queue and invokes a handler, one invocation at a time."""

    settings: PollerSettings
    sqs: "SQSClient"
    handler: Handler
    give_up: Callable[[], None]
    """Called when an invocation exceeds its timeout; must end the process."""
    note_received: Callable[[float], None] = lambda sent_at: None
    """Called with the time at which a received message had been sent, in seconds since 1970."""
    stopping: threading.Event = field(default_factory=threading.Event)
    _queue_arn: str = field(default="", init=False)
    _next_schedule: float = field(default=float("-inf"), init=False)

    def run(self) -> None:
        """Poll until `stopping` is set; retry while the queue cannot be reached."""
        while not self.stopping.is_set():
            try:
                self.step()
            except (BotoCoreError, ClientError) as error:
                logger.warning("queue_away", extra={"reason": str(error)})
                self.stopping.wait(_RECONNECT_SECONDS)

    def step(self) -> None:
        """Run the scheduled invocation if it is due, then invoke the handler with the next messages."""
        if not self._queue_arn:
            self._queue_arn = self._read_queue_arn()
        if self.settings.schedule_seconds is not None and time.monotonic() >= self._next_schedule:
            self._next_schedule = time.monotonic() + self.settings.schedule_seconds
            self._invoke(self._build_scheduled_event())
        messages = self._receive()
        if messages:
            self._handle(messages)

    def _handle(self, messages: list["MessageTypeDef"]) -> None:
        answer = self._invoke(build_sqs_event(messages, queue_arn=self._queue_arn))
        failed = read_failed_ids(answer, [message["MessageId"] for message in messages])
        for message in messages:
            if message["MessageId"] in failed:
                self._return_to_queue(message)
            else:
                self.sqs.delete_message(QueueUrl=self.settings.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _invoke(self, event: dict[str, Any]) -> object:
        """Invoke the handler; after an exception return False, which fails the whole batch."""
        context = self._build_context()
        with (
            _watchdog(self.settings.timeout_seconds, self.give_up),
            log_context.bind(request_id=context.aws_request_id),
        ):
            try:
                return self.handler(event, context)
            except Exception:  # Lambda's runtime also survives any error of the handler
                logger.exception("invocation_failed", extra={"function_name": self.settings.function_name})
                return False

    def _receive(self) -> list["MessageTypeDef"]:
        messages = self.sqs.receive_message(
            QueueUrl=self.settings.queue_url,
            MaxNumberOfMessages=self.settings.batch_size,
            WaitTimeSeconds=self.settings.long_poll_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        for message in messages:
            self.note_received(int(message.get("Attributes", {}).get("SentTimestamp", "0")) / 1000)
        return messages

    def _return_to_queue(self, message: "MessageTypeDef") -> None:
        """Make a failed message visible again soon; the queue's own visibility timeout is for workers that died."""
        receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        seconds = retry_delay(receives, first_seconds=self.settings.retry_seconds)
        self.sqs.change_message_visibility(
            QueueUrl=self.settings.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )

    def _read_queue_arn(self) -> str:
        answer = self.sqs.get_queue_attributes(QueueUrl=self.settings.queue_url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def _build_scheduled_event(self) -> dict[str, Any]:
        _, _, _, region, account, queue = self._queue_arn.split(":")
        return build_scheduled_event(rule=f"{queue}-schedule", region=region, account=account, now=datetime.now(UTC))

    def _build_context(self) -> Context:
        _, _, _, region, account, _ = self._queue_arn.split(":")
        return Context(
            function_name=self.settings.function_name,
            region=region,
            account=account,
            deadline=time.monotonic() + self.settings.timeout_seconds,
            clock=time.monotonic,
        )


@contextmanager
def _watchdog(seconds: float, give_up: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def load_handler(spec: str) -> Handler:
    """Import a handler given as `module:function`."""
    module_name, _, name = spec.partition(":")
    handler: Handler = getattr(importlib.import_module(module_name), name)
    return handler


def main() -> None:
    """Poll until SIGTERM or SIGINT, then exit 0; exit 1 when an invocation exceeds its timeout."""
    settings = read_settings(PollerSettings)
    logs.configure(settings.function_name)
    sqs = boto3.client("sqs", config=Config(retries={"total_max_attempts": 2}, read_timeout=30))
    meter = _build_meter(settings, sqs)
    poller = Poller(
        settings=settings,
        sqs=sqs,
        handler=load_handler(settings.handler),
        give_up=_exit_after_timeout,
        note_received=meter.note_received if meter else lambda sent_at: None,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        poller.stopping.set()
        timer = threading.Timer(settings.stop_seconds, os._exit, args=(0,))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # A thread of its own, because a job can keep the poller busy for minutes.
    with every(_MEASURE_SECONDS, meter.measure) if meter else nullcontext():
        poller.run()


def _build_meter(settings: PollerSettings, sqs: "SQSClient") -> QueueMeter | None:
    if settings.queue is None:
        return None
    metrics = build_metrics(read_settings(MetricsSettings))
    return QueueMeter(queue=settings.queue, depth=SqsQueue(sqs, settings.queue_url).depth, metrics=metrics)


def _exit_after_timeout() -> None:
    logger.error("invocation_timed_out")
    os._exit(1)


if __name__ == "__main__":
    main()
