"""`make smoke STAGE=dev`: tells the demo's story against a deployed stack, then looks at what no emulator shows.

It needs credentials that may read the stack's outputs, write into the uploads bucket and ask IAM's simulator, and it
leaves the models `smoke` and `smoke-slow` behind.
"""

import sys
import time
from collections.abc import Callable, Mapping
from itertools import chain

from mini_ml.client import ClientFailure
from tests.smoke.only_aws import ONLY_AWS
from tests.smoke.site import Site, SmokeFailure, site_of
from tests.smoke.story import STORY


def tell(site: Site, *chapters: Mapping[str, Callable[[Site], None]]) -> int:
    """Do every step, print a line for each, and return how many failed."""
    failed = 0
    for what, step in chain.from_iterable(chapter.items() for chapter in chapters):
        started = time.monotonic()
        try:
            step(site)
            outcome = f"{time.monotonic() - started:.1f} s"
        except (SmokeFailure, ClientFailure) as failure:
            failed += 1
            outcome = f"FAILED: {failure}"
        print(f"  {what:<60}{outcome}", flush=True)
    return failed


def main() -> None:
    """Run against the stage that the command line names."""
    site = site_of(sys.argv[1])
    print(f"{site.api_url}\n", flush=True)
    sys.exit(1 if tell(site, STORY, ONLY_AWS) else 0)


if __name__ == "__main__":
    main()
