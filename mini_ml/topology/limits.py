"""What the product refuses by size, whatever the deployment."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the product refuses, by name, before it does any work."""

    inline_upload_bytes: int = 4_400_000
    """Largest file through `/train` and `/predict`: what is left of Lambda's 6 MB after base64."""
    upload_bytes: int = 512 * MIB
    """Largest file through a presigned upload or the S3 door."""
    body_seconds: int = 60
    """Most seconds that the body of a request may take to arrive."""
    field_bytes: int = 65_536
    """Largest text field of a form, and all that a form may have beside its file."""
    form_parts: int = 100
    """Most files, and most text fields, of a form."""
    json_bytes: int = 1_000_000
    """Largest JSON body, but for online scoring."""
    rows: int = 2_000_000
    """Most rows of a file."""
    columns: int = 2_000
    """Most columns of a file."""
    cell_chars: int = 32_768
    """Most characters of a cell."""
    encoded_width: int = 2_000
    """Columns of the matrix that an estimator sees."""
    online_rows: int = 10_000
    """Most rows in one online request."""
    online_bytes: int = 5_000_000
    """Largest body of an online request."""
    answer_bytes: int = 5_000_000
    """Largest list of predictions put into an answer; past it the answer links to the result."""
    artifact_bytes: int = 512 * MIB
    """Largest persisted model, before it is compressed."""
    estimated_seconds: int = 600
    """Most estimated seconds of one plain core that a job may take; each function has its own, by its timeout."""
    estimated_memory_mib: int = 2_556
    """Most estimated memory of a job, in MiB; each function has its own, by its memory."""
    matrix_cells: int = 250_000_000
    """Most cells (rows × encoded width, 8 bytes each) of the matrix that an estimator is fitted on."""
    classes: int = 250
    """Most different labels of a target."""
