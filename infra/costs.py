"""What a stage costs, idle and in use, from one table of prices. Prints the tables of the runbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from infra.alarm_table import alarm_rules
from infra.options import Options
from infra.stages import DEPLOYMENTS, Deployment
from mini_ml.topology import aws_names, functions, queues


@dataclass(frozen=True, kw_only=True)
class Price:
    """A list price of us-east-1, without the free tier."""

    usd: float
    per: str


PRICES: Final = {
    "Lambda, compute (arm64)": Price(usd=0.0000133334, per="GB-second"),
    "Lambda, requests": Price(usd=0.20, per="million"),
    "S3, write and list": Price(usd=0.005, per="thousand"),
    "S3, read": Price(usd=0.0004, per="thousand"),
    "SQS": Price(usd=0.40, per="million"),
    "KMS key": Price(usd=1.00, per="key and month"),
    "Secrets Manager": Price(usd=0.40, per="secret and month"),
    "ECR": Price(usd=0.10, per="GB and month"),
    "CloudWatch alarm": Price(usd=0.10, per="alarm and month"),
    "CloudWatch dashboard": Price(usd=3.00, per="dashboard and month"),
    "CloudWatch metric": Price(usd=0.30, per="metric and month"),
    "CloudWatch Logs": Price(usd=0.50, per="GB"),
    "API Gateway": Price(usd=3.50, per="million"),
    "VPC endpoint": Price(usd=0.01, per="zone and hour"),
}

MINUTES: Final = 43_800
"""Minutes of a month."""
KEYS: Final = 2
"""The key that seals models, and the key of the alarm topic."""
SECRETS: Final = 1
DASHBOARDS: Final = 1
_SWEEP_SECONDS: Final = 0.1
SWEEP_LISTS: Final = 3
SWEEP_WRITES: Final = 2
SWEEP_READS: Final = 1
SWEEP_LINES_KB: Final = 0.2
"""What a function writes when a sweep has found nothing: its metric."""
LAMBDA_LINES_KB: Final = 0.3
"""START, END and REPORT, which Lambda writes for each invocation; counted on lines of AWS's documentation."""
_POLLERS: Final = 5
"""Connections with which Lambda polls a queue, and `_POLLS` of each in a minute."""
_POLLS: Final = 3
_IMAGES_GB: Final = 0.2
"""Compressed layers of all three images; trainer and predict share theirs."""
_KEPT_IMAGES: Final = 5
"""Deployments whose images are still stored."""
_SERIES: Final = 40
"""Combinations of metric and labels that occur in a month of use."""
_PREDICTION_SECONDS: Final = 0.02
_RESOLVING_READS: Final = 3
PREDICTION_LINES_KB: Final = 1.4
"""What a function writes for an online prediction: its request, and four metrics."""
ACCESS_LINE_KB: Final = 0.5
"""The line in the access log of the API, with all its fields."""
_UNITS: Final = {"thousand": 1_000, "million": 1_000_000}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One line of the bill."""

    item: str
    calculation: str
    usd: float


def _usd(price: str, quantity: float) -> float:
    found = PRICES[price]
    return quantity * found.usd / _UNITS.get(found.per, 1)


def idle_costs(deployment: Deployment) -> Iterator[Cost]:
    """Yield what a stage costs per month without any use."""
    [sweeper] = [function for function in functions(deployment.stage) if function.sweeps]
    sweeps = MINUTES * 60 // deployment.stage.sweep_every_seconds
    gb = sweeper.memory_mib / 1024
    yield Cost(
        item="sweep, compute",
        calculation=f"{sweeps:,} × {_SWEEP_SECONDS} s × {gb:g} GB, and {sweeps:,} requests",
        usd=_usd("Lambda, compute (arm64)", sweeps * _SWEEP_SECONDS * gb) + _usd("Lambda, requests", sweeps),
    )
    yield Cost(
        item="sweep, S3",
        calculation=f"{sweeps:,} × ({SWEEP_LISTS} lists + {SWEEP_WRITES} writes + {SWEEP_READS} read)",
        usd=_usd("S3, write and list", sweeps * (SWEEP_LISTS + SWEEP_WRITES)) + _usd("S3, read", sweeps * SWEEP_READS),
    )
    yield Cost(
        item="sweep, log",
        calculation=f"{sweeps:,} × ({SWEEP_LINES_KB} KB of the function + {LAMBDA_LINES_KB} KB of Lambda)",
        usd=_usd("CloudWatch Logs", sweeps * (SWEEP_LINES_KB + LAMBDA_LINES_KB) / 1_000_000),
    )
    polls = len(queues(deployment.stage)) * _POLLERS * _POLLS * MINUTES
    yield Cost(
        item="queues, polled by Lambda",
        calculation=f"{len(queues(deployment.stage))} queues × {_POLLERS} pollers × {_POLLS} a minute × {MINUTES:,}",
        usd=_usd("SQS", polls),
    )
    yield from _fixed_costs(deployment)


def _fixed_costs(deployment: Deployment) -> Iterator[Cost]:
    alarms = len(alarms_of(deployment))
    yield Cost(item="keys", calculation=f"{KEYS}: seal, alarm topic", usd=_usd("KMS key", KEYS))
    yield Cost(item="admin key", calculation=f"{SECRETS} secret", usd=_usd("Secrets Manager", SECRETS))
    yield Cost(item="alarms", calculation=f"{alarms}", usd=_usd("CloudWatch alarm", alarms))
    yield Cost(item="dashboard", calculation=f"{DASHBOARDS}", usd=_usd("CloudWatch dashboard", DASHBOARDS))
    yield Cost(item="metrics of the platform", calculation="1: `sweeps`", usd=_usd("CloudWatch metric", 1))
    yield Cost(
        item="images",
        calculation=f"{_KEPT_IMAGES} deployments × {_IMAGES_GB} GB",
        usd=_usd("ECR", _KEPT_IMAGES * _IMAGES_GB),
    )


def prediction_costs() -> Iterator[Cost]:
    """Yield what a million online predictions of one row each cost in `dev`."""
    gb = round(DEPLOYMENTS["dev"].stage.predict_memory_mib / 1024, 2)
    million = 1_000_000
    yield Cost(item="API Gateway", calculation="1M requests", usd=_usd("API Gateway", million))
    yield Cost(item="Lambda, requests", calculation="1M", usd=_usd("Lambda, requests", million))
    yield Cost(
        item="Lambda, compute",
        calculation=f"1M × {_PREDICTION_SECONDS} s × {gb} GB",
        usd=_usd("Lambda, compute (arm64)", million * _PREDICTION_SECONDS * gb),
    )
    yield Cost(
        item="S3, resolving `latest`",
        calculation=f"at most {_RESOLVING_READS}M reads",
        usd=_usd("S3, read", _RESOLVING_READS * million),
    )
    yield Cost(
        item="logs",
        calculation=(
            f"1M × ({PREDICTION_LINES_KB} KB of the function + {LAMBDA_LINES_KB} KB of Lambda + "
            f"{ACCESS_LINE_KB} KB of the gateway)"
        ),
        usd=_usd("CloudWatch Logs", PREDICTION_LINES_KB + LAMBDA_LINES_KB + ACCESS_LINE_KB),
    )
    yield Cost(
        item="metrics of the platform",
        calculation=f"{_SERIES} combinations of labels",
        usd=_usd("CloudWatch metric", _SERIES),
    )


def alarms_of(deployment: Deployment) -> list[str]:
    """Return the names of the alarms of a stage."""
    names = aws_names(deployment.stage, account="", region="")
    options = Options()
    return [rule.name for rule in alarm_rules(deployment, names, account_concurrency=options.account_concurrency)]


def price_table() -> list[str]:
    """Return the lines of the table of prices."""
    return [f"| {name} | {_shortest(price.usd)} | {price.per} |" for name, price in PRICES.items()]


def _shortest(usd: float) -> str:
    """Return an amount with its cents, and with all decimals that it has beyond them."""
    whole, _, decimals = f"{usd:.10f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def cost_table(costs: Iterable[Cost]) -> list[str]:
    """Return the lines of a table of costs, with the total at the end."""
    costs = list(costs)
    lines = [f"| {cost.item} | {cost.calculation} | {cost.usd:.2f} |" for cost in costs]
    return [*lines, f"| **total** | | **{sum(cost.usd for cost in costs):.2f}** |"]


def main() -> None:
    """Print the tables."""
    tables = {
        "prices": price_table(),
        **{f"{name}, idle": cost_table(idle_costs(deployment)) for name, deployment in DEPLOYMENTS.items()},
        "a million predictions": cost_table(prediction_costs()),
    }
    for title, lines in tables.items():
        print("\n".join((title, *lines, "")))


if __name__ == "__main__":
    main()
