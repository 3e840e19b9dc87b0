"""Files in which very many rows are odd: the work per row does not grow with the block around it."""

import pytest

from mini_ml.ml.records.block import Block
from tests.unit.ml_reading.files import KEEP, bad_lines_of
from tests.unit.ml_reading.models import classifier, score

MODEL = classifier("a,b,c\n" + "".join(f"{row},{row * 2},{'xy'[row % 2]}\n" for row in range(20)))


@pytest.mark.parametrize(
    "row",
    [pytest.param("1,2\n", id="short"), pytest.param("1,2,x,y\n", id="bad"), pytest.param("1;2;x\n", id="mended")],
)
def test_the_bytes_of_a_block_are_copied_equally_often_for_few_and_many_rows(
    row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[int] = []
    original = Block.raw

    def count(block: Block) -> bytes:
        copies.append(block.rows)
        raw: bytes = original.__get__(block)
        return raw

    monkeypatch.setattr(Block, "raw", property(count))

    score(MODEL, "a,b,c\n1,2,x\n" + row * 10, KEEP)
    few = len(copies)
    score(MODEL, "a,b,c\n1,2,x\n" + row * 1_000, KEEP)

    assert len(copies) - few == few


def test_bad_rows_are_counted_by_all_kinds_of_line_ends() -> None:
    rows = "1,2,x\r\n" * 300 + '1,"2\n\r\n",x,y\r\n' + "1,2,x\r" * 300 + "1,2,x,y\n" + "1,2,x,z,z\r\n"

    found = [line for line, _ in bad_lines_of("a,b,c\n" + rows)]

    assert found == [302, 605, 606]
