"""The newest rows, or whole groups, are held out if a training says so at any entry point."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from mini_ml import keys
from mini_ml.ports import PresignedPost
from tests.functions.services import Services, problem

ROWS = b"when,shop,size,price\n" + b"".join(
    b"2021-03-%02d,s%d,%d,%d.5\n" % (row % 25 + 1, row % 10, row * 7 % 31, row * 7 % 31 + row % 3) for row in range(100)
)
NEWEST = [row for row in range(100) if row % 25 >= 20]

Enter = Callable[[Services, dict[str, str]], None]


def post_form(services: Services, options: dict[str, str]) -> None:
    assert post(services, **options).status_code == 202
    services.deliver()


def post(services: Services, **options: str) -> httpx2.Response:
    file = {"dataset_file": ("shops.csv", ROWS, "text/csv")}
    fields = {"model_name": "shops", "model_type": "Ridge", **options}
    return services.api.post("/train", files=file, data=fields, headers={"Prefer": "respond-async"})


def upload_by_invitation(services: Services, options: dict[str, str]) -> None:
    asked = {"kind": "train", "filename": "a.csv", "model_name": "shops", "options": {"model_type": "Ridge", **options}}
    invitation = services.api.post("/uploads", json=asked).json()
    services.cloud.uploads.receive(PresignedPost(url=invitation["url"], fields=invitation["fields"]), ROWS)
    services.deliver()


def copy_to_s3(services: Services, options: dict[str, str]) -> None:
    metadata = {name.replace("_", "-"): value for name, value in {"model_type": "Ridge", **options}.items()}
    services.cloud.uploads.put("train/shops/a.csv", ROWS, metadata=metadata)
    services.deliver()


def split_of(services: Services) -> dict[str, Any]:
    manifest = services.api.get("/models/shops/versions/1").json()
    key = keys.artifact("shops", manifest["job_id"], manifest["attempt"], "split.json")
    split: dict[str, Any] = json.loads(services.cloud.artifacts.get(key).body)
    return split


@pytest.mark.parametrize("enter", [post_form, upload_by_invitation, copy_to_s3])
def test_the_newest_rows_are_held_out_at_every_entry_point(idle: Services, enter: Enter) -> None:
    enter(idle, {"time_column": "when"})

    split = split_of(idle)

    assert (split["time_column"], split["holdout_rows"]) == ("when", NEWEST)
    assert "group_column" not in split


@pytest.mark.parametrize("enter", [post_form, upload_by_invitation, copy_to_s3])
def test_whole_groups_are_held_out_at_every_entry_point(idle: Services, enter: Enter) -> None:
    enter(idle, {"group_column": "shop"})

    split, schema = split_of(idle), idle.api.get("/models/shops/versions/1/schema").json()

    held = {row % 10 for row in split["holdout_rows"]}
    assert split["group_column"] == "shop"
    assert len(split["holdout_rows"]) == 10 * len(held) == 20
    assert [column["name"] for column in schema["columns"]] == ["when", "size"]


def test_a_column_that_the_file_does_not_have_is_the_problem_of_the_job(services: Services) -> None:
    file = {"dataset_file": ("shops.csv", ROWS, "text/csv")}

    answer = services.api.post("/train", files=file, data={"time_column": "wen", "group_column": "price"})

    assert problem(answer)["status"] == 422
    assert [(one["parameter"], one["column"]) for one in problem(answer)["errors"]] == [
        ("time_column", "wen"),
        ("group_column", "price"),
    ]
