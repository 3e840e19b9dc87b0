"""Whatever the order of events, and whoever dies when: no double, no loss."""

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


def fault_of(run: Interleaving) -> str | None:
    """Return what is wrong once a run has recovered; None where nothing is."""
    found, published = run.jobs(), versions_of(run)
    told = {job.job_id: job.version for job in found if job.state == "succeeded"}
    if len(found) != 3:
        return f"{len(found)} jobs for 3 uploads"
    if len(told) != 3:
        return f"not all succeeded: {Counter(job.state for job in found)}"
    if sorted(published) != sorted(told):
        return f"versions of {Counter(published)}, jobs {sorted(told)}"
    if any(published[(version or 0) - 1] != job_id for job_id, version in told.items()):
        return "a job names a version that is another's"
    if stolen := run.overtaken():
        return f"taken from a live holder: {stolen}"
    if list(run.cloud.artifacts.list_keys(keys.OPEN_JOBS)):
        return "a marker of an open job was left"
    return None


def faults(seeds: range) -> dict[int, str]:
    """Play these orders of events, and return what is wrong by its seed."""
    found = {}
    for seed in seeds:
        run = Interleaving(seed)
        run.run()
        if fault := fault_of(run):
            found[seed] = fault
    return found


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_order_of_events_duplicates_or_loses_a_version(block: int) -> None:
    assert faults(range(block * SEEDS_IN_A_BLOCK, (block + 1) * SEEDS_IN_A_BLOCK)) == {}
