"""Clean tables of different shapes; their content depends on nothing but the number of rows."""

import random
from dataclasses import dataclass
from typing import Final

SIZES: Final = (60, 300)

_CITIES: Final = ("São Paulo", "Rio de Janeiro", "Belém", "Vitória", "Goiânia", "Florianópolis", "Recife", "Maceió")
_PEOPLE: Final = ("João Conceição", "Maria da Luz", "André Müller", "Inês Araújo", "Zoë Brandão", "Caio Prado")
_STREETS: Final = ("Main Street, 12", "Old Mill Lane, 3, rear", "Harbour Road 7", "Station Square, 1", "Hill View")
_NOTES: Final = ("Arrived late\nand wet", 'Says "fine"', "Call again,\nbut not on Monday", "Nothing to add", "Returned")


@dataclass(frozen=True)
class CleanTable:
    """A table as its author sees it."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...]
    """Positions of the columns of numbers."""
    delimiter: str = ","


def clean_tables() -> list[CleanTable]:
    """Return every table in every size."""
    return [build(count) for count in SIZES for build in (_measures, _shops, _people, _events, _budget, _notes)]


def _measures(count: int) -> CleanTable:
    draw = random.Random(1)
    rows = [
        (
            f"{draw.gauss(5.8, 0.8):.1f}",
            f"{draw.gauss(3.0, 0.4):.2f}",
            f"{draw.gauss(40, 9):.3f}",
            str(draw.randrange(1, 900)),
            f"{draw.gauss(0, 1):.4f}",
            str(draw.randrange(2)),
        )
        for _ in range(count)
    ]
    return CleanTable("measures", ("length", "width", "mass", "count", "drift", "class"), tuple(rows), tuple(range(6)))


def _shops(count: int) -> CleanTable:
    draw = random.Random(2)
    rows = [
        (
            f"S{place + 100}",
            draw.choice(("Corner, Sons & Co", "The Bakery", "Books, Maps", "Fish Bar")),
            draw.choice(_STREETS),
            str(draw.randrange(1, 60)),
            f"{draw.uniform(10, 9000):.2f}",
            draw.choice(("open", "closed")),
            draw.choice(("", "north", "south")),
        )
        for place in range(count)
    ]
    names = ("code", "shop", "address", "staff", "turnover", "state", "area")
    return CleanTable("shops", names, tuple(rows), (3, 4))


def _people(count: int) -> CleanTable:
    draw = random.Random(3)
    rows = [
        (
            draw.choice(_PEOPLE),
            draw.choice(_CITIES),
            str(draw.randrange(18, 80)),
            draw.choice(("sim", "não")),
            f"{draw.uniform(1, 40):.1f}",
            draw.choice(("técnico", "médio", "superior")),
            str(draw.randrange(100)),
            draw.choice(("aprovado", "reprovado")),
        )
        for _ in range(count)
    ]
    names = ("nome", "município", "idade", "sócio", "duração", "instrução", "pontuação", "situação")
    return CleanTable("people", names, tuple(rows), (2, 4, 6))


def _events(count: int) -> CleanTable:
    draw = random.Random(4)
    rows = [
        (
            f"2023-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
            f"{draw.randrange(24):02}:{draw.randrange(60):02}",
            f"{draw.randrange(1, 29):02}/{draw.randrange(1, 13):02}/2024",
            draw.choice(("fault", "repair", "check")),
            str(draw.randrange(1, 500)),
        )
        for _ in range(count)
    ]
    return CleanTable("events", ("day", "time", "due", "event", "minutes"), tuple(rows), (4,))


def _budget(count: int) -> CleanTable:
    draw = random.Random(5)

    def amount() -> str:
        return f"{draw.uniform(0, 9000):.2f}".replace(".", ",")

    rows = [
        (
            str(2000 + draw.randrange(24)),
            draw.choice(("Educação", "Saúde", "Obras", "Cultura")),
            *(amount() for _ in range(8)),
            draw.choice(("", "revisto")),
            draw.choice(("pago", "aberto")),
        )
        for _ in range(count)
    ]
    months = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago")
    names = ("ano", "função", *months, "observação", "estado")
    return CleanTable("budget", names, tuple(rows), (0, *range(2, 10)), delimiter=";")


def _notes(count: int) -> CleanTable:
    draw = random.Random(6)
    rows = [
        (
            str(draw.randrange(1000, 9999)),
            draw.choice(_NOTES),
            f"{draw.uniform(0, 5):.1f}",
            draw.choice(("red", "green", "blue")),
            draw.choice(("yes", "no")),
        )
        for _ in range(count)
    ]
    return CleanTable("notes", ("ticket", "note", "grade", "colour", "solved"), tuple(rows), (0, 2))
