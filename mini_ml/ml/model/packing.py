"""Compress a model's file where that makes fetching and reading it faster, and nowhere else.

Level 1 of zlib, which joblib and numpy read by themselves: of a large forest it leaves 21 %; levels 3 and 6 leave 18
and 17 % and take two and four times as long. The rule knows no clock, so the same model is always stored the same way;
its numbers are reasoned in docs/decisions/0018-models-compressed-where-it-is-faster.md.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.topology import MIB

LEVEL: Final = 1
_SMALLEST: Final = MIB
"""A smaller file crosses the network in less time than it takes S3 to begin its answer."""
_LARGEST_SHARE: Final = 0.6
"""Of the size may remain: each byte less saves 10 ns (100 MB/s), and to decompress one costs 4 (250 MB/s)."""
_SAMPLES: Final = 16
_SAMPLE_BYTES: Final = 64 * 1024


def pays(*contents: NDArray[np.uint8]) -> bool:
    """Tell whether bytes would be fetched and read sooner if compressed, by samples spread over all of them."""
    size = sum(map(len, contents))
    if size < _SMALLEST:
        return False
    every = -(-size // _SAMPLES)
    samples = [part for content in contents for part in _samples(content, every)]
    share = sum(len(zlib.compress(part, LEVEL)) for part in samples) / sum(map(len, samples))
    return share <= _LARGEST_SHARE


def pack(path: Path) -> None:
    """Put a compressed file into the place of one that `joblib.dump` wrote, if that pays; `joblib.load` reads both."""
    if not pays(np.memmap(path, dtype=np.uint8, mode="r")):
        return
    packed, compressor = path.with_name(f"{path.name}.packed"), zlib.compressobj(LEVEL)
    with path.open("rb") as source, packed.open("wb") as target:
        while part := source.read(MIB):
            target.write(compressor.compress(part))
        target.write(compressor.flush())
    packed.replace(path)


def _samples(content: NDArray[np.uint8], every: int) -> Sequence[bytes]:
    return [content[start : start + _SAMPLE_BYTES].tobytes() for start in range(0, len(content), every)]
