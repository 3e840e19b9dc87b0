"""Write and read the scoring plan: an npz file of arrays and one JSON document. Reading it runs no code."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import numpy as np
from numpy.lib.format import write_array
from numpy.typing import NDArray

from mini_ml.contracts import FileReport, LeftOut, Schema
from mini_ml.errors import ArtifactRejected
from mini_ml.ml.cells.dates import DateFormat
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.model import packing
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.model.member import Member
from mini_ml.ml.plan import compiled_estimators
from mini_ml.ml.plan.compiled_estimators import CompiledEstimator
from mini_ml.ml.plan.encoder_documents import build_encoder_document, collect_encoder_arrays, load_encoder
from mini_ml.ml.plan.trees import Trees

FORMAT: Final = 4
"""Version of the file format. A plan of an unknown format is ignored, and the pipeline scores instead."""
_SINGLE_FORMAT: Final = 3
"""The format of releases without ensembles, which is still read."""

_DOCUMENT: Final = "document"
_COMPILED_ESTIMATORS: Final = {
    kind.__name__: kind
    for kind in (
        compiled_estimators.LinearRegression,
        compiled_estimators.LinearClassifier,
        compiled_estimators.TreeRegression,
        compiled_estimators.TreeClassifier,
        compiled_estimators.BoostedRegression,
        compiled_estimators.BoostedClassifier,
    )
}
_Arrays = dict[str, NDArray[Any]]


def dump(model: FittedModel, estimators: Sequence[CompiledEstimator], file: BinaryIO) -> None:
    """Write the scoring plan of a model, compressed if that makes downloading and reading it faster.

    Args:
        model: gives the schema, the reader, and the encoder, scaling and weight of each member.
        estimators: the compiled estimator of each member.
        file: open for binary writing.
    """
    encoders = list({id(member.encoder): member.encoder for member in model.members}.values())
    arrays: _Arrays = {}
    for number, encoder in enumerate(encoders):
        arrays |= {f"encoder.{number}.{name}": array for name, array in collect_encoder_arrays(encoder).items()}
    members = []
    for number, (member, estimator) in enumerate(zip(model.members, estimators, strict=True)):
        own, document = _split_member(member, estimator)
        arrays |= {f"member.{number}.{name}": array for name, array in own.items()}
        members.append({**document, "encoder": [id(encoder) for encoder in encoders].index(id(member.encoder))})
    document = {
        "format": FORMAT,
        "schema": model.schema.model_dump(mode="json"),
        "reader": {
            **asdict(model.reader),
            "left_out": [column.model_dump() for column in model.reader.left_out],
            "file": model.reader.file.model_dump(),
        },
        "encoders": [build_encoder_document(encoder) for encoder in encoders],
        "members": members,
        "temperature": model.temperature,
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    _write({_DOCUMENT: np.frombuffer(text, dtype=np.uint8), **arrays}, file)


def _split_member(member: Member, estimator: CompiledEstimator) -> tuple[_Arrays, dict[str, Any]]:
    """Split a member into arrays and a JSON document, both without its encoder."""
    arrays, facts = _split_fields(estimator)
    scaling = member.scaling
    if scaling is not None:
        arrays |= {"scaling.shift": scaling.shift, "scaling.factor": scaling.factor}
    return arrays, {
        "form": type(estimator).__name__,
        "facts": facts,
        "scaling": None if scaling is None else {"clipped": scaling.clipped},
        "weight": member.weight,
    }


def unpacked_size(file: BinaryIO) -> int:
    """Return the size of the arrays of a plan in bytes, which is about its size in memory."""
    with ZipFile(file) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def load(file: BinaryIO) -> FittedModel | None:
    """Read a scoring plan as a model with a compiled estimator.

    Returns:
        The model; None if another release wrote the plan in another format.

    Raises:
        ArtifactRejected: the file is not a scoring plan.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        document = json.loads(arrays.pop(_DOCUMENT).tobytes().decode("utf-8", "surrogatepass"))
        document, arrays = _to_present_format(document, arrays)
        return _load_model(document, arrays) if document["format"] == FORMAT else None
    except (BadZipFile, zlib.error, ValueError, KeyError, TypeError, EOFError) as error:
        raise ArtifactRejected("The file is not a scoring plan.") from error


def _write(arrays: _Arrays, file: BinaryIO) -> None:
    """Write a file for `np.load`; `np.savez_compressed` has no compression level and takes four times as long."""
    is_compressed = packing.is_worth_compressing(*(array.reshape(-1).view(np.uint8) for array in arrays.values()))
    compression = ZIP_DEFLATED if is_compressed else ZIP_STORED
    with ZipFile(file, "w", compression, compresslevel=packing.LEVEL) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                write_array(entry, array, allow_pickle=False)


def _load_model(document: dict[str, Any], arrays: _Arrays) -> FittedModel:
    encoders = [
        load_encoder(encoder, _below(arrays, f"encoder.{number}."))
        for number, encoder in enumerate(document["encoders"])
    ]
    members = tuple(
        _load_member(member, encoders[member["encoder"]], _below(arrays, f"member.{number}."))
        for number, member in enumerate(document["members"])
    )
    return FittedModel(
        schema=Schema.model_validate(document["schema"], strict=False),
        reader=_load_reader(document["reader"]),
        members=members,
        holdout_rows=np.empty(0, dtype=np.intp),
        temperature=document["temperature"],
    )


def _load_member(document: dict[str, Any], encoder: Encoder, arrays: _Arrays) -> Member:
    scaling = document["scaling"]
    return Member(
        encoder=encoder,
        scaling=Scaling(arrays["scaling.shift"], arrays["scaling.factor"], scaling["clipped"]) if scaling else None,
        estimator=_load_estimator(document["form"], arrays, document["facts"]),
        weight=document["weight"],
    )


def _below(arrays: _Arrays, prefix: str) -> _Arrays:
    """Return the arrays whose name begins with a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _to_present_format(document: dict[str, Any], arrays: _Arrays) -> tuple[dict[str, Any], _Arrays]:
    """Return a plan of the last format, which had a single estimator, as one of the present format."""
    if document["format"] != _SINGLE_FORMAT:
        return document, arrays
    member = {name: document[name] for name in ("form", "facts", "scaling")} | {"weight": 1.0, "encoder": 0}
    present = {**document, "format": FORMAT, "encoders": [document["encoder"]], "members": [member], "temperature": 1.0}
    named = {
        name.replace("encoder.", "encoder.0.") if name.startswith("encoder.") else f"member.0.{name}": array
        for name, array in arrays.items()
    }
    return present, named


def _split_fields(estimator: CompiledEstimator) -> tuple[_Arrays, dict[str, Any]]:
    """Split a compiled estimator into arrays and other fields; arrays of its trees have dotted names."""
    arrays: _Arrays = {}
    facts: dict[str, Any] = {}
    for field in fields(estimator):  # type: ignore[arg-type]  # always a dataclass, which a Protocol cannot express
        value = getattr(estimator, field.name)
        if isinstance(value, Trees):
            inner, plain = _split_fields(value)  # type: ignore[arg-type]  # also a dataclass
            arrays |= {f"{field.name}.{name}": array for name, array in inner.items()}
            facts[field.name] = plain
        elif isinstance(value, np.ndarray):
            arrays[field.name] = value
        else:
            facts[field.name] = value
    return arrays, facts


def _load_estimator(name: str, arrays: _Arrays, facts: Mapping[str, Any]) -> CompiledEstimator:
    made = dict(facts)
    if "trees" in made:
        inner: dict[str, Any] = {
            name.removeprefix("trees."): array for name, array in arrays.items() if name.startswith("trees.")
        }
        made["trees"] = Trees(**inner, **made["trees"])
    kind: Any = _COMPILED_ESTIMATORS[name]
    own = {field.name for field in fields(kind)} - made.keys()
    return kind(**made, **{name: arrays[name] for name in own})  # type: ignore[no-any-return]  # one of the compiled estimators


def _load_reader(document: dict[str, Any]) -> Reader:
    return Reader(
        target=document["target"],
        features=tuple(_load_feature(feature) for feature in document["features"]),
        decimal=document["decimal"],
        delimiter=document["delimiter"],
        left_out=tuple(LeftOut(**column) for column in document["left_out"]),
        file=FileReport.model_validate(document.get("file", {}), strict=False),
    )


def _load_feature(document: dict[str, Any]) -> Feature:
    numbers, dates = document["numbers"], document["dates"]
    return Feature(
        name=document["name"],
        kind=document["kind"],
        numbers=None if numbers is None else NumberFormat(**numbers),
        dates=None if dates is None else DateFormat(**dates),
        missing_words=tuple(document["missing_words"]),
        decimal=document["decimal"],
        format=document["format"],
    )
