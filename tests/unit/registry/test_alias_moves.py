"""Every move of an alias is kept, with who made it and why; one that did not happen is never shown."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mini_ml import errors, keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.adapters.memory.object_store import no_hook
from mini_ml.contracts import Alias, AliasMove
from mini_ml.registry import aliases
from mini_ml.registry.alias_moves import load_history, move_alias, remove_alias

VERSIONS = (1, 2, 3)


class Killed(BaseException):
    """Raised to end a process as SIGKILL would."""


def cloud_with_versions() -> MemoryCloud:
    """Return a cloud with three versions of `iris`, of which only the keys matter here."""
    cloud = memory_cloud()
    for version in VERSIONS:
        cloud.artifacts.put(keys.manifest("iris", version), b"{}")
    return cloud


@pytest.fixture
def cloud() -> MemoryCloud:
    return cloud_with_versions()


def move(cloud: MemoryCloud, version: int, *, moved_by: str = "ana", reason: str | None = None) -> Alias:
    return move_alias(cloud, "iris", "champion", version, moved_by=moved_by, reason=reason)


def list_moves(cloud: MemoryCloud) -> tuple[AliasMove, ...]:
    return load_history(cloud.artifacts, "iris", "champion", limit=200).moves


def steps_of(moves: tuple[AliasMove, ...]) -> list[tuple[int, int | None, int | None]]:
    return [(move.number, move.from_version, move.to_version) for move in moves]


def test_moves_are_listed_newest_first_with_who_made_them_and_why(cloud: MemoryCloud) -> None:
    move(cloud, 1, reason="first one")
    move(cloud, 3, moved_by="bo")
    remove_alias(cloud, "iris", "champion", moved_by="ana", reason="not in use")

    moves = list_moves(cloud)

    assert steps_of(moves) == [(3, 3, None), (2, 1, 3), (1, None, 1)]
    assert [(move.moved_by, move.reason) for move in moves] == [
        ("ana", "not in use"),
        ("bo", None),
        ("ana", "first one"),
    ]


def test_an_alias_that_was_removed_and_made_again_keeps_its_moves(cloud: MemoryCloud) -> None:
    move(cloud, 1)
    remove_alias(cloud, "iris", "champion", moved_by="ana")
    move(cloud, 2)

    assert steps_of(list_moves(cloud)) == [(3, None, 2), (2, 1, None), (1, None, 1)]


def test_a_repeated_request_is_not_a_second_move(cloud: MemoryCloud) -> None:
    first = move(cloud, 1)

    assert move(cloud, 1, moved_by="bo", reason="again") == first
    assert len(list_moves(cloud)) == 1


def test_pages_have_every_move_once(cloud: MemoryCloud) -> None:
    for number in range(7):
        move(cloud, VERSIONS[number % 3])

    found: list[int] = []
    cursor = None
    while True:
        page = load_history(cloud.artifacts, "iris", "champion", limit=3, before=cursor)
        found += [move.number for move in page.moves]
        cursor = page.cursor
        if cursor is None:
            break

    assert found == [7, 6, 5, 4, 3, 2, 1]


def test_a_page_reads_no_more_than_it_shows(cloud: MemoryCloud) -> None:
    for number in range(20):
        move(cloud, VERSIONS[number % 3])
    reads: list[str] = []
    cloud.artifacts.before = lambda method, key: reads.append(method)

    load_history(cloud.artifacts, "iris", "champion", limit=3)

    assert sorted(reads) == ["get", "get", "get", "list_keys"]


def test_an_alias_of_an_earlier_release_gets_a_journal_with_its_next_move(cloud: MemoryCloud) -> None:
    earlier = b'{"alias":"champion","version":2,"updated_at":"2025-01-01T00:00:00Z"}'
    cloud.artifacts.put(keys.alias("iris", "champion"), earlier)

    before = list_moves(cloud)
    move(cloud, 3)

    assert before == ()
    assert steps_of(list_moves(cloud)) == [(1, 2, 3)]


def test_the_journal_continues_after_an_earlier_release_has_moved_the_alias(cloud: MemoryCloud) -> None:
    move(cloud, 1)
    move(cloud, 2)
    earlier = b'{"alias":"champion","version":3,"updated_at":"2025-01-01T00:00:00Z"}'
    cloud.artifacts.put(keys.alias("iris", "champion"), earlier)

    move(cloud, 1)
    move(cloud, 2)

    assert steps_of(list_moves(cloud)) == [(4, 1, 2), (3, 3, 1), (2, 1, 2), (1, None, 1)]


def test_the_moves_after_a_restored_alias_are_kept_too(cloud: MemoryCloud) -> None:
    move(cloud, 1)
    restored = cloud.artifacts.get(keys.alias("iris", "champion")).body
    for version in (2, 3):
        move(cloud, version)
    cloud.artifacts.put(keys.alias("iris", "champion"), restored)

    for version in (2, 3):
        move(cloud, version, moved_by="bo")

    assert [(move.number, move.to_version, move.moved_by) for move in list_moves(cloud)] == [
        (5, 3, "bo"),
        (4, 2, "bo"),
        (3, 3, "ana"),
        (2, 2, "ana"),
        (1, 1, "ana"),
    ]


def test_a_damaged_alias_is_repaired_by_moving_it_and_keeps_its_journal(cloud: MemoryCloud) -> None:
    move(cloud, 1)
    move(cloud, 2)
    cloud.artifacts.put(keys.alias("iris", "champion"), b"{")

    move(cloud, 3)

    assert steps_of(list_moves(cloud)) == [(3, None, 3), (2, 1, 2), (1, None, 1)]


def test_a_damaged_alias_does_not_move_where_the_present_version_must_be_checked(cloud: MemoryCloud) -> None:
    cloud.artifacts.put(keys.alias("iris", "champion"), b"{")

    with pytest.raises(errors.ArtifactRejected, match="Move the alias without `if_better`"):
        move_alias(cloud, "iris", "champion", 3, moved_by="ana", check=lambda present: "better")

    assert cloud.artifacts.get(keys.alias("iris", "champion")).body == b"{"


def test_a_move_is_made_although_the_journal_cannot_be_written_until_the_next_one(cloud: MemoryCloud) -> None:
    def fail(method: str, key: str) -> None:
        if key.startswith(keys.alias_moves("iris", "champion")) and method == "put_new":
            raise errors.StorageUnavailable("The store does not respond.")

    cloud.artifacts.before = fail
    moved = move(cloud, 1)
    cloud.artifacts.before = no_hook
    move(cloud, 2)

    assert moved.version == 1
    assert steps_of(list_moves(cloud)) == [(2, 1, 2), (1, None, 1)]


def test_a_damaged_alias_can_be_removed(cloud: MemoryCloud) -> None:
    cloud.artifacts.put(keys.alias("iris", "champion"), b"{")

    remove_alias(cloud, "iris", "champion", moved_by="ana")

    assert aliases.load_target(cloud.artifacts, "iris", "champion") is None


def test_an_alias_that_was_never_made_has_no_moves(cloud: MemoryCloud) -> None:
    with pytest.raises(errors.AliasNotFound):
        load_history(cloud.artifacts, "iris", "champion", limit=5)
    with pytest.raises(errors.ModelNotFound):
        load_history(cloud.artifacts, "irys", "champion", limit=5)


def test_an_alias_that_an_earlier_release_removed_is_not_found(cloud: MemoryCloud) -> None:
    tombstone = b'{"alias":"champion","version":null,"updated_at":"2025-01-01T00:00:00Z"}'
    cloud.artifacts.put(keys.alias("iris", "champion"), tombstone)

    with pytest.raises(errors.AliasNotFound):
        load_history(cloud.artifacts, "iris", "champion", limit=5)


def test_removing_an_alias_twice_is_one_move(cloud: MemoryCloud) -> None:
    move(cloud, 1)
    remove_alias(cloud, "iris", "champion", moved_by="ana")

    with pytest.raises(errors.AliasNotFound):
        remove_alias(cloud, "iris", "champion", moved_by="ana")

    assert len(list_moves(cloud)) == 2


def test_an_alias_of_a_missing_version_does_not_move(cloud: MemoryCloud) -> None:
    move(cloud, 1)

    with pytest.raises(errors.VersionNotFound):
        move(cloud, 9)

    assert steps_of(list_moves(cloud)) == [(1, None, 1)]


def test_the_check_sees_the_present_version_and_its_reason_is_kept(cloud: MemoryCloud) -> None:
    seen: list[int] = []

    def check(present: int) -> str:
        seen.append(present)
        return f"better than {present}"

    for version in (1, 2):
        move_alias(cloud, "iris", "champion", version, moved_by="ana", check=check)
    move_alias(cloud, "iris", "champion", 3, moved_by="ana", reason="given", check=check)

    assert seen == [1, 2]
    assert [move.reason for move in list_moves(cloud)] == ["given", "better than 1", None]


def test_an_alias_that_moves_during_the_check_is_not_overwritten(cloud: MemoryCloud) -> None:
    move(cloud, 1)

    def check(present: int) -> str:
        move(cloud, 2, moved_by="bo")
        return "better"

    with pytest.raises(errors.AliasMoved):
        move_alias(cloud, "iris", "champion", 3, moved_by="ana", check=check)

    assert steps_of(list_moves(cloud)) == [(2, 1, 2), (1, None, 1)]


@pytest.mark.parametrize("calls_before", range(7))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_writer_leaves_the_alias_and_its_moves_as_they_were_or_moves_it(
    cloud: MemoryCloud, calls_before: int, moment: str
) -> None:
    move(cloud, 1)
    move(cloud, 2)
    calls: list[str] = []

    def kill(method: str, key: str) -> None:
        calls.append(method)
        if len(calls) > calls_before:
            raise Killed

    setattr(cloud.artifacts, moment, kill)
    with suppress(Killed):
        move(cloud, 3)
    cloud.artifacts.before = cloud.artifacts.after = no_hook

    target = aliases.load_target(cloud.artifacts, "iris", "champion")
    moved = [(3, 2, 3)] if target == 3 else []
    assert target in (2, 3)
    assert steps_of(list_moves(cloud)) == [*moved, (2, 1, 2), (1, None, 1)]
    move(cloud, 1)
    assert steps_of(list_moves(cloud))[0] == (3 + len(moved), target, 1)


def test_the_next_writer_keeps_the_move_of_a_writer_that_was_killed_between_both_writes(cloud: MemoryCloud) -> None:
    def kill(method: str, key: str) -> None:
        if method == "put_new":
            raise Killed

    cloud.artifacts.after = kill
    for version in (1, 2):  # the first one is killed after the alias, the second one after the copy for the first one
        with pytest.raises(Killed):
            move(cloud, version)
    cloud.artifacts.after = no_hook

    assert list(cloud.artifacts.list_keys(keys.alias_moves("iris", "champion"))) != []
    assert steps_of(list_moves(cloud)) == [(1, None, 1)]
    move(cloud, 3)
    assert steps_of(list_moves(cloud)) == [(2, 1, 3), (1, None, 1)]


@dataclass
class Writer:
    """A request that moves the alias, or removes it."""

    to: int | None
    interrupted_at: int
    """Number of calls of the store before the next writer runs to its end."""
    fails_at: int
    """Number of calls of the store before it is killed, or its answer is lost."""
    is_killed: bool
    calls: int = field(default=0, compare=False)

    @property
    def fails_now(self) -> bool:
        return self.calls == self.fails_at

    def run(self, cloud: MemoryCloud) -> None:
        with suppress(errors.MiniMLError, Killed):
            if self.to is None:
                remove_alias(cloud, "iris", "champion", moved_by="ana")
            else:
                move(cloud, self.to)


@dataclass
class Race:
    """Writers that interrupt each other: each pauses once, until those after it have ended."""

    cloud: MemoryCloud
    waiting: list[Writer]
    running: list[Writer] = field(default_factory=list)

    def run(self) -> None:
        self.cloud.artifacts.before, self.cloud.artifacts.after = self.interrupt, self.lose
        while self.waiting:
            self.start()
        self.cloud.artifacts.before = self.cloud.artifacts.after = no_hook

    def start(self) -> None:
        self.running.append(self.waiting.pop(0))
        self.running[-1].run(self.cloud)
        self.running.pop()

    def interrupt(self, method: str, key: str) -> None:
        writer = self.running[-1]
        if writer.calls == writer.interrupted_at and self.waiting:
            self.start()
        writer.calls += 1
        if writer.is_killed and writer.fails_now:
            raise Killed

    def lose(self, method: str, key: str) -> None:
        writer = self.running[-1]
        if not writer.is_killed and writer.fails_now:
            raise errors.AlreadyExists("repeated") if method == "put_new" else errors.StaleWrite("repeated")


WRITERS = st.builds(
    Writer,
    to=st.sampled_from([*VERSIONS, None]),
    interrupted_at=st.integers(0, 8),
    fails_at=st.integers(1, 10),
    is_killed=st.booleans(),
)


@given(st.lists(WRITERS, min_size=1, max_size=5))
@example([Writer(1, 9, 9, False), Writer(2, 3, 4, False), Writer(3, 9, 9, False)])
def test_racing_killed_and_repeated_writers_leave_a_chain_of_moves(writers: list[Writer]) -> None:
    cloud = cloud_with_versions()
    move(cloud, 1)

    Race(cloud, writers).run()

    moves = list_moves(cloud)[::-1]
    assert [move.number for move in moves] == list(range(1, len(moves) + 1))
    assert [move.from_version for move in moves] == [None, *(move.to_version for move in moves[:-1])]
    assert moves[-1].to_version == aliases.load_target(cloud.artifacts, "iris", "champion")
    assert all(move.from_version != move.to_version for move in moves)


def test_a_write_whose_answer_was_lost_counts_even_if_another_writer_moves_on(cloud: MemoryCloud) -> None:
    move(cloud, 1)

    def lose(method: str, key: str) -> None:
        if method == "replace":
            cloud.artifacts.after = no_hook
            move(cloud, 3, moved_by="bo")
            raise errors.StaleWrite("the S3 client repeated the call")

    cloud.artifacts.after = lose

    assert move(cloud, 2).version == 2
    assert steps_of(list_moves(cloud)) == [(3, 2, 3), (2, 1, 2), (1, None, 1)]
