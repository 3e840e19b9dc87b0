"""`make smoke STAGE=dev`: tells the demo's story against a deployed stack, then looks at what no emulator shows.

It needs credentials that may read the stack's outputs and its admin key, write into the uploads bucket and ask IAM's
simulator, and it leaves the models `smoke` and `smoke-slow` behind. With an API key of the scope read in SMOKE_READ_KEY
it also looks at what such a key may not do.
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
    """Do every step, print a line for each, and return how many failed."""
    outcomes = [_told(site, what, step) for what, step in chain.from_iterable(chapter.items() for chapter in chapters)]
    return outcomes.count(False)


def _told(site: Site, what: str, step: Step) -> bool:
    """Do a step and print its line. Whatever it raises fails this step alone: the others are looked at all the same."""
    started = time.monotonic()
    try:
        step(site)
        failure = None
    except (SmokeFailure, ClientFailure, WaitTimeout) as error:
        failure = str(error)
    except Exception as error:  # a refusal of AWS, a timeout, an answer that nobody can read
        failure = f"{type(error).__name__}: {error}"
    outcome = f"{time.monotonic() - started:.1f} s" if failure is None else f"FAILED: {' '.join(failure.split())}"
    print(f"  {what:<60}{outcome}", flush=True)
    return failure is None


def main(arguments: Sequence[str] = sys.argv[1:]) -> None:
    """Run against the stage that the command line names; exits 1 where a step failed or the stack cannot be read."""
    if len(arguments) != 1:
        sys.exit("Usage: make smoke STAGE=dev (or: python -m tests.smoke.run STAGE)")
    [stage] = arguments
    try:
        site = site_of(stage)
    except (BotoCoreError, ClientError, KeyError) as error:
        sys.exit(f"The outputs of stage {stage} cannot be read: {type(error).__name__}: {error}")
    print(f"{site.api_url}\n", flush=True)
    locked = (LOCKED if site.credential else {}, READER if site.reader else {})
    sys.exit(1 if tell(site, STORY, ONLY_AWS, *locked) else 0)


if __name__ == "__main__":
    main()
