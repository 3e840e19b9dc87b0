"""Aliases over HTTP: who moved them and why, and moves only to a better version."""

import pytest

from mini_ml.adapters.auth.api_keys import new_key
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.memory.cloud import memory_cloud
from tests.functions.services import Services, faulty, problem, services_over
from tests.unit.registry.published import label_rows, publish, write_rows

CHAMPION = "/models/iris/aliases/champion"


@pytest.fixture
def published(idle: Services) -> Services:
    """Services with a good version, a worse one, and one with too few hold-out rows."""
    for version, right, rows in ((1, 0.8, 400), (2, 0.6, 400), (3, 1.0, 40)):
        publish(idle.cloud, version, write_rows(label_rows(rows, right=right)))
    return idle


def test_an_alias_is_shown_with_its_moves_newest_first(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1, "reason": "first"})
    published.api.put(CHAMPION, json={"version": 2})

    shown = published.api.get(CHAMPION).json()

    assert (shown["model_name"], shown["alias"], shown["version"]) == ("iris", "champion", 2)
    assert [(move["number"], move["from_version"], move["to_version"], move["reason"]) for move in shown["moves"]] == [
        (2, 1, 2, None),
        (1, None, 1, "first"),
    ]
    assert {move["moved_by"] for move in shown["moves"]} == {"unrestricted"}
    assert published.api.get("/models/iris/aliases/" + shown["links"]["model_version"]).json()["version"] == 2


def test_a_removed_alias_still_shows_its_moves(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1})
    published.api.delete(f"{CHAMPION}?reason=not+in+use")

    shown = published.api.get(CHAMPION).json()

    assert shown["version"] is None
    assert (shown["moves"][0]["to_version"], shown["moves"][0]["reason"]) == (None, "not in use")
    assert set(shown["links"]) == {"self", "model"}


def test_moves_are_listed_page_by_page(published: Services) -> None:
    for version in (1, 2, 1, 2, 1):
        published.api.put(CHAMPION, json={"version": version})

    address, numbers = f"{CHAMPION}?limit=2", []
    while address:
        page = published.api.get(address).json()
        numbers += [move["number"] for move in page["moves"]]
        address = "/models/iris/aliases/" + page["links"]["next"] if "next" in page["links"] else ""

    assert numbers == [5, 4, 3, 2, 1]


def test_the_credential_that_moved_an_alias_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    cloud, (key, stored) = memory_cloud(), new_key("ana", frozenset({"admin"}))
    publish(cloud, 1, write_rows(label_rows(400, right=0.8)))
    authenticator = Authenticator(keys=(stored,))

    with services_over(cloud, tmp_path_factory.mktemp("keys"), authenticator=authenticator) as services:
        headers = {"Authorization": f"Bearer {key}"}
        services.api.put(CHAMPION, json={"version": 1}, headers=headers)
        [move] = services.api.get(CHAMPION, headers=headers).json()["moves"]

    assert move["moved_by"] == "ana"


def test_an_alias_moves_to_a_better_version_only(published: Services) -> None:
    made = published.api.put(CHAMPION, json={"version": 2, "if_better": True})
    moved = published.api.put(CHAMPION, json={"version": 1, "if_better": True})
    back = published.api.put(CHAMPION, json={"version": 2, "if_better": True})

    assert (made.status_code, moved.status_code) == (204, 204)
    assert problem(back)["code"] == "not_better"
    assert published.api.get(CHAMPION).json()["version"] == 1


def test_the_comparison_is_in_the_problem(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1})

    rejected = published.api.put(CHAMPION, json={"version": 2, "if_better": True})

    compared = published.api.get("/models/iris/compare?versions=1,2").json()
    assert rejected.status_code == 409
    assert problem(rejected)["comparison"]["verdict"] == "worse"
    assert rejected.json()["comparison"]["differences"] == compared["differences"]
    assert faulty(rejected)["if_better"] == compared["reason"]


def test_too_few_common_rows_do_not_move_an_alias(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1})

    rejected = published.api.put(CHAMPION, json={"version": 3, "if_better": True})

    assert problem(rejected)["comparison"]["verdict"] == "too_few_rows"
    assert "at least 200" in problem(rejected)["detail"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"version": 1, "if_better": "yes"}, "if_better"),
        ({"version": 1, "if_better": 1}, "if_better"),
        ({"version": 1, "reason": 5}, "reason"),
        ({"version": 1, "reason": "x" * 501}, "reason"),
    ],
)
def test_a_wrong_condition_or_reason_is_rejected(published: Services, body: object, parameter: str) -> None:
    answer = published.api.put(CHAMPION, json=body)

    assert answer.status_code == 422
    assert set(faulty(answer)) == {parameter}


def test_a_blank_reason_is_none(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1, "reason": "  "})

    assert published.api.get(CHAMPION).json()["moves"][0]["reason"] is None


@pytest.mark.parametrize(
    ("reason", "kept"), [("", None), ("  ", None), (" not in use ", "not in use"), ("x" * 500,) * 2]
)
def test_the_reason_of_a_removal_is_kept_without_blanks_around_it(
    published: Services, reason: str, kept: str | None
) -> None:
    published.api.put(CHAMPION, json={"version": 1})

    removed = published.api.delete(CHAMPION, params={"reason": reason})

    assert removed.status_code == 204
    assert published.api.get(CHAMPION).json()["moves"][0]["reason"] == kept


def test_a_removal_with_too_long_a_reason_is_rejected(published: Services) -> None:
    published.api.put(CHAMPION, json={"version": 1})

    rejected = published.api.delete(CHAMPION, params={"reason": "x" * 501})

    assert rejected.status_code == 422
    assert set(faulty(rejected)) == {"reason"}
    assert published.api.get(CHAMPION).json()["version"] == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/models/iris/aliases/challenger", "alias_not_found"),
        ("/models/irys/aliases/champion", "model_not_found"),
        ("/models/iris/aliases/Champion", "invalid_name"),
        ("/models/iris/aliases/latest", "invalid_name"),
        ("/models/Iris/aliases/champion", "invalid_name"),
        ("/models/iris/aliases/champion?cursor=x", "invalid_option"),
        ("/models/iris/aliases/champion?limit=0", "invalid_option"),
        ("/models/iris/aliases/champion?cursor=0", "invalid_option"),
        ("/models/iris/aliases/champion?page=2", "invalid_request"),
    ],
)
def test_missing_aliases_and_wrong_parameters_have_their_own_errors(published: Services, path: str, code: str) -> None:
    published.api.put(CHAMPION, json={"version": 1})

    assert problem(published.api.get(path))["code"] == code
