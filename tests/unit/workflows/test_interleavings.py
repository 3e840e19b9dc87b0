"""No order of events and no kill loses or duplicates a version."""

from collections import Counter

import pytest

from mini_ml import keys
from mini_ml.registry import versions
from tests.unit.workflows.interleaving import MODEL, Interleaving

BLOCKS = 10
SEEDS_IN_A_BLOCK = 120


def versions_of(run: Interleaving) -> list[str]:
    """Return the job behind each version, in the order of versions."""
    store = run.cloud.artifacts
    count = len(list(store.list_keys(keys.versions(MODEL))))
    return [versions.load_manifest(store, MODEL, number).job_id for number in range(1, count + 1)]


def find_problem(run: Interleaving) -> str | None:
    """Return the first problem after a run has recovered, or None."""
    found, published = run.jobs(), versions_of(run)
    versions = {job.job_id: job.version for job in found if job.state == "succeeded"}
    if len(found) != 3:
        return f"{len(found)} jobs for 3 uploads"
    if len(versions) != 3:
        return f"not all succeeded: {Counter(job.state for job in found)}"
    if sorted(published) != sorted(versions):
        return f"versions of {Counter(published)}, jobs {sorted(versions)}"
    if any(published[(version or 0) - 1] != job_id for job_id, version in versions.items()):
        return "a job names the version of another job"
    if stolen := run.find_double_leases():
        return f"leased twice at one time: {stolen}"
    if list(run.cloud.artifacts.list_keys(keys.OPEN_JOBS)):
        return "an index key of an ended job was left"
    return None


def find_problems(seeds: range) -> dict[int, str]:
    """Run the orders of events of these seeds, and return the problems by seed."""
    found = {}
    for seed in seeds:
        run = Interleaving(seed)
        run.run()
        if problem := find_problem(run):
            found[seed] = problem
    return found


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_order_of_events_duplicates_or_loses_a_version(block: int) -> None:
    assert find_problems(range(block * SEEDS_IN_A_BLOCK, (block + 1) * SEEDS_IN_A_BLOCK)) == {}
