"""The texts of a page in its language, with numbers as that language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.locales import BRAZILIAN, ENGLISH, Locale
from mini_ml.report.language import LANGUAGES, Language
from mini_ml.report.texts import TEXTS

_LOCALES: Final[Mapping[Language, Locale]] = {"en": ENGLISH, "pt-BR": BRAZILIAN}


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
