"""Forms are read strictly, and everything that is wrong with one is told at once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mini_ml.contracts import TrainOptions
from mini_ml.topology import Limits
from tests.functions.services import Services, faulty, problem, sample, train

CSV = ("iris.csv", b"a,b\n1,2\n", "text/csv")
BOUNDARY = "cut"
ASYNC = {"Prefer": "respond-async"}


def multipart(*parts: tuple[str, bytes], boundary: str = BOUNDARY) -> bytes:
    """Return a multipart body of (Content-Disposition parameters, content)."""
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    ]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


FILE = ('name="dataset_file"; filename="iris.csv"', b"a,b\n1,2\n")


def post(services: Services, body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Any:
    """Post raw bytes to /train."""
    return services.api.post("/train", content=body, headers={"Content-Type": content_type, **ASYNC})


def test_all_faults_are_told_at_once(idle: Services) -> None:
    fields = {
        "target_colum": "variety",
        "model_type": "RandomForst",
        "model_params": "{",
        "columns_to_drop": "[1]",
        "model_name": "Bad Name",
    }

    answer = idle.api.post("/train", data=fields, files={"note": CSV})

    assert problem(answer)["status"] == 400
    assert {
        "dataset_file",
        "target_colum",
        "note",
        "model_type",
        "model_params",
        "columns_to_drop",
        "model_name",
    } == set(faulty(answer))


def test_a_misspelled_field_is_told_its_name(idle: Services) -> None:
    answer = idle.api.post("/train", data={"target_colum": "variety"}, files={"dataset_file": CSV})

    assert problem(answer)["errors"][0]["hint"] == "did you mean `target_column`?"


def test_well_formed_values_that_are_wrong_are_a_422(idle: Services) -> None:
    fields = {"model_params": '{"n_estimators": -1, "nestimators": 5}', "model_name": "../etc"}

    answer = idle.api.post("/train", data=fields, files={"dataset_file": CSV})

    assert problem(answer)["status"] == 422
    assert set(faulty(answer)) == {"model_name", "model_params.n_estimators", "model_params.nestimators"}


def test_an_unknown_model_type_alone_keeps_its_own_code_and_names_the_nearest(idle: Services) -> None:
    answer = idle.api.post("/train", data={"model_type": "RandomForestClasifier"}, files={"dataset_file": CSV})

    assert problem(answer)["code"] == "unknown_model_type"
    assert "`RandomForestClassifier`" in problem(answer)["errors"][0]["hint"]


@pytest.mark.parametrize("params", ["[1]", "3", '"x"', "null"])
def test_model_params_that_are_no_object_are_malformed(idle: Services, params: str) -> None:
    answer = idle.api.post("/train", data={"model_params": params}, files={"dataset_file": CSV})

    assert problem(answer)["status"] == 400
    assert set(faulty(answer)) == {"model_params"}


@pytest.mark.parametrize("version", ["0", "1.5", "Champion!", "1000000", "../1"])
def test_a_version_of_no_known_form_is_refused(idle: Services, version: str) -> None:
    answer = idle.api.post("/predict", data={"version": version}, files={"input_file": CSV})

    assert problem(answer)["status"] == 422
    assert set(faulty(answer)) == {"version"}


def test_a_field_given_twice_is_refused(idle: Services) -> None:
    body = multipart(FILE, ('name="model_name"', b"a"), ('name="model_name"', b"b"))

    assert set(faulty(post(idle, body))) == {"model_name"}


def test_a_file_given_twice_is_refused(idle: Services) -> None:
    assert set(faulty(post(idle, multipart(FILE, FILE)))) == {"dataset_file"}


def test_a_file_sent_as_text_is_missing(idle: Services) -> None:
    answer = post(idle, multipart(('name="dataset_file"', b"a,b\n1,2\n")))

    assert faulty(answer) == {"dataset_file": "`dataset_file` is missing"}


def test_a_file_field_left_empty_by_a_browser_is_missing(idle: Services) -> None:
    answer = post(idle, multipart(('name="dataset_file"; filename=""', b"")))

    assert faulty(answer) == {"dataset_file": "`dataset_file` is missing"}


def test_a_text_field_sent_as_a_file_is_refused(idle: Services) -> None:
    body = multipart(FILE, ('name="model_name"; filename="x"', b"iris"))

    assert faulty(post(idle, body)) == {"model_name": "`model_name` is a file"}


def test_an_empty_file_is_refused_before_a_job_exists(idle: Services) -> None:
    answer = idle.api.post("/train", files={"dataset_file": ("iris.csv", b"", "text/csv")})

    assert problem(answer)["code"] == "invalid_dataset"
    assert idle.api.get("/jobs").json()["jobs"] == []


def test_a_truncated_form_is_refused(idle: Services) -> None:
    whole = multipart(FILE, ('name="model_name"', b"iris"))

    answers = [post(idle, whole[:length]) for length in range(0, len(whole) - 4, 7)]

    assert {problem(answer)["status"] for answer in answers} == {400}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        (f"multipart/form-data; boundary={'x' * 200}", 400),
        (f"multipart/form-data; boundary={BOUNDARY}; charset=unicode_escape", 400),
        (f"multipart/form-data; boundary={BOUNDARY}; charset=utf-16", 400),
        ("application/x-www-form-urlencoded", 415),
        ("application/json", 415),
        ("", 415),
    ],
)
def test_a_body_of_another_type_is_refused(idle: Services, content_type: str, status: int) -> None:
    assert problem(post(idle, multipart(FILE), content_type))["status"] == status


def test_a_compressed_body_is_refused(idle: Services) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Encoding": "gzip"}

    assert problem(idle.api.post("/train", content=multipart(FILE), headers=headers))["status"] == 415


@pytest.mark.parametrize("boundary", ["'()+_,-./:=?", "x" * 70, "a b"])
def test_a_quoted_boundary_is_read(idle: Services, boundary: str) -> None:
    body = multipart(FILE, boundary=boundary)

    assert post(idle, body, f'multipart/form-data; boundary="{boundary}"').status_code == 202


@pytest.mark.parametrize("size", [1, 10_000_000])
def test_a_file_past_the_limit_is_refused_by_name(idle: Services, size: int) -> None:
    limit = Limits().inline_upload_bytes

    answer = idle.api.post("/train", files={"dataset_file": ("big.csv", b"x" * (limit + size), "text/csv")})

    assert problem(answer)["code"] == "upload_too_large"
    assert f"{limit:,}" in problem(answer)["detail"]
    assert "/uploads" in problem(answer)["detail"]


def test_a_file_past_the_limit_is_refused_though_it_comes_in_pieces_without_a_length(idle: Services) -> None:
    def pieces() -> Any:
        yield from [b"x" * 1_000_000] * 6

    answer = idle.api.post(
        "/train", content=pieces(), headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )

    assert problem(answer)["status"] == 413


def test_a_file_of_exactly_the_limit_is_taken(idle: Services) -> None:
    content = b"a,b\n" + b"1" * (Limits().inline_upload_bytes - 4)

    answer = idle.api.post("/train", files={"dataset_file": ("big.csv", content, "text/csv")}, headers=ASYNC)

    assert answer.status_code == 202


@pytest.mark.parametrize("dropped", ["a,b", '["a", "b"]', " a , b ", '["a","b","a"]'])
def test_columns_to_drop_is_a_json_list_or_has_commas(idle: Services, dropped: str) -> None:
    answer = idle.api.post("/train", data={"columns_to_drop": dropped}, files={"dataset_file": CSV}, headers=ASYNC)

    assert answer.json()["options"]["columns_to_drop"] == ["a", "b"]


@pytest.mark.parametrize("value", ["skip", "refuse"])
def test_a_training_is_told_what_to_do_with_bad_rows(idle: Services, value: str) -> None:
    answer = idle.api.post("/train", data={"bad_rows": value}, files={"dataset_file": CSV}, headers=ASYNC)

    assert answer.json()["options"]["bad_rows"] == value


@pytest.mark.parametrize(
    ("fields", "value"), [({}, "refuse"), ({"bad_rows": ""}, "refuse"), ({"bad_rows": "keep"}, "keep")]
)
def test_a_prediction_is_told_what_to_do_with_bad_rows(idle: Services, fields: dict[str, str], value: str) -> None:
    train(idle.trainer)

    answer = idle.api.post("/predict", data=fields, files={"input_file": CSV}, headers=ASYNC)

    assert answer.json()["options"]["bad_rows"] == value


@pytest.mark.parametrize(
    ("path", "file_field", "value", "reason", "hint"),
    [
        ("/train", "dataset_file", "keep", "`keep` does not apply to kind `train`", "use `skip` or `refuse`"),
        ("/train", "dataset_file", "skipp", "`skipp` is unknown", "did you mean `skip`? use `skip` or `refuse`"),
        ("/predict", "input_file", "skip", "`skip` does not apply to kind `predict`", "use `refuse` or `keep`"),
        ("/predict", "input_file", "all", "`all` is unknown", "use `refuse` or `keep`"),
    ],
)
def test_another_value_of_bad_rows_is_refused_with_the_values_that_exist(
    idle: Services, path: str, file_field: str, value: str, reason: str, hint: str
) -> None:
    answer = idle.api.post(path, data={"bad_rows": value}, files={file_field: CSV})

    assert problem(answer)["code"] == "invalid_option"
    assert problem(answer)["errors"] == [{"parameter": "bad_rows", "reason": reason, "hint": hint}]
    assert idle.api.get("/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("effort", "best", "best"),
        ("refit", "true", True),
        ("refit", "false", False),
        ("time_column", " sold_on ", "sold_on"),
        ("group_column", "customer", "customer"),
    ],
)
def test_a_training_is_told_how_to_search_and_how_to_measure(
    idle: Services, field: str, value: str, found: object
) -> None:
    answer = idle.api.post("/train", data={field: value}, files={"dataset_file": CSV}, headers=ASYNC)

    assert answer.json()["options"][field] == found


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"effort": "bets"}, {"effort": "`bets` is unknown"}),
        (
            {"effort": "best", "model_type": "Ridge"},
            {"effort": "`best` applies to `auto` only, and the model type is `Ridge`"},
        ),
        ({"refit": "perhaps"}, {"refit": "must be true or false"}),
        (
            {"target_column": "b", "time_column": "b", "group_column": "b"},
            {
                "time_column": "`b` is the target and cannot order the rows",
                "group_column": "`b` is also the time column",
            },
        ),
    ],
)
def test_options_that_cannot_be_used_are_refused_with_the_reason_of_each(
    idle: Services, fields: dict[str, str], reasons: dict[str, str]
) -> None:
    answer = idle.api.post("/train", data=fields, files={"dataset_file": CSV})

    assert problem(answer)["code"] == "invalid_option"
    assert faulty(answer) == reasons
    assert idle.api.get("/jobs").json()["jobs"] == []


def test_what_is_left_out_or_empty_has_its_default(idle: Services) -> None:
    empty = dict.fromkeys([*TrainOptions.model_fields, "model_name"], "")

    left_out = idle.api.post("/train", files={"dataset_file": CSV}, headers=ASYNC).json()
    given_empty = idle.api.post("/train", data=empty, files={"dataset_file": CSV}, headers=ASYNC).json()

    assert left_out["model_name"] == given_empty["model_name"] == "default"
    assert left_out["options"] == given_empty["options"]
    assert left_out["options"]["model_type"] == "auto"
    assert left_out["options"]["target_column"] is None
    assert left_out["options"]["bad_rows"] == "skip"


def test_a_field_without_a_body_is_an_empty_one(idle: Services) -> None:
    bare = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="columns_to_drop"\r\n\r\n'.encode()
    file = (FILE[0], b"a,b\r\n1,2\r\n\r\n")

    answer = post(idle, bare + multipart(file))

    [key] = idle.cloud.uploads.list_keys("train/")
    assert answer.status_code == 202
    assert idle.cloud.uploads.get(key).body == file[1]


def test_a_file_name_cannot_leave_its_folder(idle: Services) -> None:
    file = ("../../models/x\\evil\n.csv", b"a,b\n1,2\n", "text/csv")

    idle.api.post("/train", files={"dataset_file": file}, headers=ASYNC)

    [upload] = idle.cloud.queues["train"].messages
    assert upload.key.startswith("train/default/")
    assert ".." not in upload.key


@pytest.mark.parametrize("half", ['["\\ud800"]', '{"n_estimators": "\\ud800"}', '{"\\ud800": 1}', "a\nb", "a\rb"])
def test_text_that_cannot_be_written_down_is_refused(idle: Services, half: str) -> None:
    fields = {"columns_to_drop": half, "model_params": half}

    assert problem(idle.api.post("/train", data=fields, files={"dataset_file": CSV}))["status"] == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=60),
    field=st.sampled_from([*TrainOptions.model_fields]),
)
def test_no_field_value_is_our_fault(idle: Services, content: bytes, field: str) -> None:
    answer = post(idle, multipart(FILE, (f'name="{field}"', content)))

    assert answer.status_code < 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 400), junk=st.binary(min_size=1, max_size=8))
def test_no_damaged_form_is_our_fault(idle: Services, place: int, junk: bytes) -> None:
    whole = multipart(FILE, ('name="model_name"', b"iris"), ('name="target_column"', b"b"))

    answer = post(idle, whole[:place] + junk + whole[place:])

    assert answer.status_code < 500


def test_the_samples_of_the_readme_fit_through_the_form(idle: Services) -> None:
    assert len(sample("iris.csv")) < Limits().inline_upload_bytes
