"""The languages of reports: which one a reader gets, and how it is written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from mini_ml.figures.locales import BRAZILIAN, ENGLISH, Locale
from mini_ml.report.texts import TEXTS

Language = Literal["en", "pt-BR"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_LOCALES: Final[Mapping[Language, Locale]] = {"en": ENGLISH, "pt-BR": BRAZILIAN}
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)(-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_RANGES: Final = 30


@dataclass(frozen=True)
class Words:
    """The texts of one language."""

    language: Language

    @property
    def locale(self) -> Locale:
        """How numbers and dates are written."""
        return _LOCALES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text; integers among the values are written with groups of digits. Raises KeyError."""
        written = {name: self._write(value) for name, value in values.items()}
        return TEXTS[key][LANGUAGES.index(self.language)].format(**written)

    def count(self, key: str, number: int, **values: object) -> str:
        """Return the text for a number of things: that of `{key}_one` for one."""
        return self(f"{key}_one" if number == 1 else key, number=number, **values)

    def optional(self, key: str, otherwise: str) -> str:
        """Return a text without values, or `otherwise` if there is none of this key."""
        return self(key) if key in TEXTS else otherwise

    def _write(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.locale.count(value)
        return self.locale.number(value) if isinstance(value, float) else str(value)


def choose_language(accept_language: str | None) -> Language:
    """Return the best language for an `Accept-Language` header; English if it names none of ours.

    All kinds of Portuguese get the Brazilian one. Parts that cannot be parsed are ignored (RFC 9110).
    """
    wanted = sorted(_parse(accept_language or ""), key=lambda found: -found[1])
    return next((language for language, quality in wanted if quality > 0), "en")


def _parse(header: str) -> Iterator[tuple[Language, float]]:
    for text in header.split(",")[:_MOST_RANGES]:
        found = _RANGE.fullmatch(text)
        if found:
            language = _language_of(found[1].lower())
            if language is not None:
                yield language, float(found[3] or 1)


def _language_of(tag: str) -> Language | None:
    return {"en": "en", "pt": "pt-BR", "*": "en"}.get(tag)  # type: ignore[return-value]  # values of the literal type
