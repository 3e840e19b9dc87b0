"""Limits on requests, datasets and models."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Maximum sizes, checked before any work starts. Error items name the exceeded limit in `limit`."""

    inline_upload_bytes: int = 4_400_000
    """Maximum file size for `/train`, `/predict` and `/inspect`; Lambda's limit of 6 MB, less base64 encoding."""
    upload_bytes: int = 512 * MIB
    """Maximum file size for presigned uploads and direct S3 uploads."""
    gzip_ratio: int = 200
    """Maximum size of an unpacked gzip file as a multiple of its packed size; files of up to 16 MiB may exceed it."""
    body_seconds: int = 60
    """Maximum time to receive a request body, in seconds."""
    field_bytes: int = 65_536
    """Maximum size of a text field in a form, and of everything in the form except its file."""
    form_parts: int = 100
    """Maximum number of files, and of text fields, in a form."""
    json_bytes: int = 1_000_000
    """Maximum size of a JSON body, except for online scoring."""
    rows: int = 2_000_000
    """Maximum number of rows in a file."""
    kept_bad_rows: int = 100_000
    """Maximum number of rows of a batch that cannot be read and are kept without a prediction."""
    columns: int = 2_000
    """Maximum number of columns in a file."""
    cell_chars: int = 32_768
    """Maximum number of characters in a cell."""
    encoded_width: int = 2_000
    """Maximum number of columns after encoding, as the estimator sees them."""
    online_rows: int = 10_000
    """Maximum number of rows in an online scoring request."""
    online_bytes: int = 5_000_000
    """Maximum body size of an online scoring request."""
    inspect_rows: int = 20_000
    """Number of rows that `/inspect` looks at; further rows are not read."""
    inspect_bytes: int = 8 * MIB
    """Number of bytes of an unpacked file that `/inspect` looks at; further bytes are not read."""
    answer_bytes: int = 5_000_000
    """Maximum size of the predictions in a response, encoded; if they are larger, the response only links to them."""
    encoded_answer_bytes: int = 6_291_556
    """Maximum size of a response as Lambda encodes it: with every quote and every character beyond ASCII escaped."""
    artifact_bytes: int = 512 * MIB
    """Maximum size of a saved model, before compression."""
    estimated_seconds: int = 600
    """Maximum job estimate, in seconds; derived from each function's timeout."""
    estimated_memory_mib: int = 2_556
    """Maximum memory estimate of a job, in MiB; derived from each function's memory."""
    matrix_cells: int = 250_000_000
    """Maximum number of cells (rows × encoded width, 8 bytes each) of the matrix that an estimator is fitted on."""
    classes: int = 250
    """Maximum number of distinct labels in a target column."""
