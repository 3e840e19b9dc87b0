"""Readers that find a table in a file: training, and pandas."""

import gzip
import warnings
from io import BytesIO

import numpy as np
import pandas as pd

from mini_ml.errors import MiniMLError
from mini_ml.ml.records.table import Table
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits
from tests.pollution.scores import Found


def read_here(content: bytes) -> Found | None:
    """Return what training reads, or None if it refuses the file."""
    try:
        return found_in(read_table_from(BytesIO(content), Limits()))
    except MiniMLError:
        return None


def refusal_of(content: bytes) -> str:
    """Return why training refuses a file: the message and the first issue."""
    try:
        read_table_from(BytesIO(content), Limits())
    except MiniMLError as error:
        first = error.issues[0] if error.issues else ""
        return f"{type(error).__name__}: {error} {first}"
    return ""


def found_in(table: Table) -> Found:
    """Return the names and the cells of a table."""
    columns = []
    for name in table.names:
        spellings = table.spellings(name)
        columns.append(np.array(spellings.texts, dtype=object)[spellings.codes].tolist())
    return Found(table.names, tuple(zip(*columns, strict=True)))


def read_pandas(content: bytes) -> Found | None:
    """Return what `pandas.read_csv` reads as text, or None if it fails."""
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pd.read_csv(BytesIO(plain), dtype="str", keep_default_na=False)
    except ValueError:  # ParserError, EmptyDataError and UnicodeDecodeError are ValueErrors
        return None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    rows = frame.fillna("").astype("str").itertuples(index=False, name=None)
    return Found(tuple(map(str, frame.columns)), tuple(rows))
