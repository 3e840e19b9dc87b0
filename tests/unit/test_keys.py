"""Names and keys of objects."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml import keys
from mini_ml.errors import InvalidName
from mini_ml.keys import UploadName

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["iris", "7", "a.b-c_d", "x" * 64])
def test_a_valid_model_name_is_accepted(name: str) -> None:
    assert keys.validate_model_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Iris", "-a", ".a", "..", "a/b", "a b", "ç", "x" * 65, "a\n", "a@2", "a%2Fb", "\x00", "iris\u2028"]
)
def test_any_other_model_name_is_rejected_with_its_parameter(name: str) -> None:
    with pytest.raises(InvalidName) as caught:
        keys.validate_model_name(name)

    (issue,) = caught.value.issues
    assert (issue.parameter, issue.hint) == (
        "model_name",
        "use a lower-case letter or digit, then letters, digits, `.`, `_`, `-`, at most 64",
    )


@pytest.mark.parametrize("version", ["1", "7", "999999", "latest", "champion", "v2.1"])
def test_a_version_is_a_number_an_alias_or_latest(version: str) -> None:
    assert keys.validate_version(version) == version


@pytest.mark.parametrize("version", ["", "0", "01", "-1", "1000000", "1.0", "Latest", "a/b", "2 ", "²"])
def test_any_other_version_is_rejected(version: str) -> None:
    with pytest.raises(InvalidName):
        keys.validate_version(version)


@pytest.mark.parametrize("alias", ["latest", "2", "2nd", "A", "", "a/b"])
def test_an_alias_is_neither_latest_nor_a_number(alias: str) -> None:
    with pytest.raises(InvalidName):
        keys.validate_alias(alias)


@pytest.mark.parametrize(
    "job_id", ["", "x", "../secret", str(uuid.UUID(int=0)), str(uuid.uuid5(uuid.NAMESPACE_DNS, "a"))]
)
def test_only_ids_created_by_the_platform_are_job_ids(job_id: str) -> None:
    with pytest.raises(InvalidName):
        keys.validate_job_id(job_id)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("train/iris/a.csv", UploadName(kind="train", model_name="iris", version="latest", filename="a.csv")),
        ("train/a.csv", UploadName(kind="train", model_name="default", version="latest", filename="a.csv")),
        (
            "train/iris/2026/11/a.csv",
            UploadName(kind="train", model_name="iris", version="latest", filename="2026/11/a.csv"),
        ),
        ("train/iris@2/a.csv", UploadName(kind="train", model_name="iris@2", version="latest", filename="a.csv")),
        ("predict/iris/a.csv", UploadName(kind="predict", model_name="iris", version="latest", filename="a.csv")),
        ("predict/iris@2/a.csv", UploadName(kind="predict", model_name="iris", version="2", filename="a.csv")),
        (
            "predict/iris@champion/d/a.csv",
            UploadName(kind="predict", model_name="iris", version="champion", filename="d/a.csv"),
        ),
        ("predict/iris@/a.csv", UploadName(kind="predict", model_name="iris", version="", filename="a.csv")),
        ("predict/a@b.csv", UploadName(kind="predict", model_name="default", version="latest", filename="a@b.csv")),
    ],
)
def test_the_key_of_an_upload_says_what_to_do(key: str, name: UploadName) -> None:
    assert keys.match_upload(key) == name


@pytest.mark.parametrize(
    "key", ["", "other/a.csv", "train", "train/", "train/iris/", "predict/iris@2/", "/train/a.csv"]
)
def test_a_key_outside_the_prefixes_or_of_a_folder_marker_is_ignored(key: str) -> None:
    assert keys.match_upload(key) is None


@pytest.mark.parametrize("version", ["latest", "7", "champion"])
def test_the_key_of_a_scoring_upload_reads_back(version: str) -> None:
    key = keys.upload("predict", "iris", "01-a/ç +%.csv", version=version)

    assert keys.match_upload(key) == UploadName(
        kind="predict", model_name="iris", version=version, filename="01-a/ç +%.csv"
    )


@given(st.text())
def test_a_safe_file_name_is_one_short_visible_part(name: str) -> None:
    safe = keys.safe_filename(name)

    assert 1 <= len(safe) <= 128
    assert not set(safe) & {"/", "\\", "\x00", "\n", "\r"}
    assert "${" not in safe
    assert keys.safe_filename(safe) == safe


@pytest.mark.parametrize("name", ["${filename}.csv", "$${filename}.csv", "$\x00{filename}.csv"])
def test_a_file_name_contains_no_variable_of_an_upload_form(name: str) -> None:
    assert keys.safe_filename(name) == "{filename}.csv"


def test_the_last_part_of_a_path_is_the_file_name() -> None:
    assert keys.safe_filename("C:\\data\\iris.csv") == keys.safe_filename("/home/x/iris.csv") == "iris.csv"


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.binary(min_size=10, max_size=16),
)
def test_a_new_job_id_is_a_uuid_of_version_7(now: datetime, entropy: bytes) -> None:
    made = uuid.UUID(keys.new_job_id(now, entropy))

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert keys.validate_job_id(str(made)) == str(made)


def test_new_job_ids_sort_by_time() -> None:
    ids = [keys.new_job_id(NOW + timedelta(milliseconds=step), bytes([255 - step] * 10)) for step in range(50)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 50


def test_entropy_reaches_the_job_id() -> None:
    assert keys.new_job_id(NOW, bytes(10)) != keys.new_job_id(NOW, bytes(9) + b"\x01")


def test_the_same_upload_has_the_same_job_id_and_any_other_has_not() -> None:
    job_id = keys.job_id_of_upload("b", "train/a.csv", "v1")

    assert job_id == keys.job_id_of_upload("b", "train/a.csv", "v1")
    assert uuid.UUID(job_id).version == 8
    assert keys.validate_job_id(job_id) == job_id
    others = [
        ("b", "train/a.csv", "v2"),
        ("b", "train/b.csv", "v1"),
        ("c", "train/a.csv", "v1"),
        ("bt", "rain/a.csv", "v1"),
    ]
    assert job_id not in {keys.job_id_of_upload(*other) for other in others}


def test_the_index_by_time_lists_newer_jobs_first() -> None:
    older, newer = keys.new_job_id(NOW, bytes(10)), keys.new_job_id(NOW, bytes(9) + b"\x01")

    listed = sorted([keys.job_by_time(older, NOW), keys.job_by_time(newer, NOW + timedelta(milliseconds=1))])

    assert [keys.job_id_in_index(key) for key in listed] == [newer, older]
    assert keys.job_id_in_index(keys.open_job(older)) == older


def test_manifests_sort_by_version() -> None:
    assert keys.manifest("iris", 9) < keys.manifest("iris", 10) < keys.manifest("iris", 100_000)


def test_the_prefix_of_a_model_excludes_longer_names() -> None:
    assert not keys.manifest("iris-2", 1).startswith(keys.versions("iris"))


@pytest.mark.parametrize(
    ("uploaded", "output"),
    [("a.csv", "a.csv"), ("A.CSV", "A.CSV"), ("a.txt", "a.txt.csv"), ("d/a", "a.csv"), ("a.csv.GZ", "a.csv")],
)
def test_an_output_has_the_name_of_its_upload(uploaded: str, output: str) -> None:
    assert keys.output_filename(uploaded) == output


@pytest.mark.parametrize("uploaded", ["rejects.csv", "d/rejects.csv", "rejects.csv.gz", "rejects"])
def test_an_output_never_has_the_name_of_the_list_of_rejects_beside_it(uploaded: str) -> None:
    assert keys.output_filename(uploaded) == "rejects-scored.csv"


@pytest.mark.parametrize(
    "key", [keys.manifest("iris-2", 7), keys.alias("iris-2", "a"), keys.artifact("iris-2", "job", 1, "versions")]
)
def test_a_key_below_models_names_its_model(key: str) -> None:
    assert key.startswith(keys.model_folder("iris-2"))
    assert keys.model_name_in_key(key) == "iris-2"


@pytest.mark.parametrize(
    ("key", "version"),
    [
        (keys.manifest("iris", 7), 7),
        (keys.manifest("iris", 123_456), 123_456),
        (keys.alias("iris", "000007"), 0),
        (keys.artifact("iris", "versions", 1, "000007.json"), 0),
        (f"{keys.manifest('iris', 7)}.bak", 0),
    ],
)
def test_only_the_key_of_a_manifest_has_a_version(key: str, version: int) -> None:
    assert keys.version_in_key(key) == version


@given(st.sets(st.integers(1, keys.MOST_MOVES), min_size=2))
def test_the_moves_of_an_alias_sort_newest_first(numbers: set[int]) -> None:
    listed = sorted(keys.alias_move("iris", "champion", number) for number in numbers)

    assert [keys.move_number_in_key(key) for key in listed] == sorted(numbers, reverse=True)
    assert all(key.startswith(keys.alias_moves("iris", "champion")) for key in listed)
