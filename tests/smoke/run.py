"""`make smoke STAGE=dev`: train and predict on a deployed stack, then check what emulators do not cover.

The credentials must allow to read the stack's outputs and its admin key, to write to the uploads bucket, to use
IAM's policy simulator, and to read CloudWatch metrics. The run leaves the models `smoke` and `smoke-slow`. If
SMOKE_READ_KEY is set to an API key with the scope read, it also checks that the key cannot do more.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.client import ClientFailure
from tests.fixtures.waiting import WaitTimeout
from tests.smoke.locked import LOCKED, READER
from tests.smoke.only_aws import ONLY_AWS
from tests.smoke.site import Site, SmokeFailure, site_of
from tests.smoke.story import STORY

Step = Callable[[Site], None]


def tell(site: Site, *chapters: Mapping[str, Step]) -> int:
    """Run all steps, print a line for each, and return the number of failures."""
    outcomes = [
        _run_step(site, what, step) for what, step in chain.from_iterable(chapter.items() for chapter in chapters)
    ]
    return outcomes.count(False)


def _run_step(site: Site, what: str, step: Step) -> bool:
    """Run a step, print its line, and return whether it succeeded; any exception fails this step only."""
    started = time.monotonic()
    try:
        step(site)
        failure = None
    except (SmokeFailure, ClientFailure, WaitTimeout) as error:
        failure = str(error)
    except Exception as error:  # an AWS error, a timeout or an unexpected response must not stop the other steps
        failure = f"{type(error).__name__}: {error}"
    outcome = f"{time.monotonic() - started:.1f} s" if failure is None else f"FAILED: {' '.join(failure.split())}"
    print(f"  {what:<60}{outcome}", flush=True)
    return failure is None


def main(arguments: Sequence[str] = sys.argv[1:]) -> None:
    """Run against the stage given on the command line; exit 1 if a step fails or the stack cannot be read."""
    if len(arguments) != 1:
        sys.exit("Usage: make smoke STAGE=dev (or: python -m tests.smoke.run STAGE)")
    [stage] = arguments
    try:
        site = site_of(stage)
    except (BotoCoreError, ClientError, KeyError) as error:
        sys.exit(f"Cannot read the outputs of stage {stage}: {type(error).__name__}: {error}")
    print(f"{site.api_url}\n", flush=True)
    locked = (LOCKED if site.credential else {}, READER if site.reader else {})
    sys.exit(1 if tell(site, STORY, ONLY_AWS, *locked) else 0)


if __name__ == "__main__":
    main()
