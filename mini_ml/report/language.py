"""The languages of reports, and which one a reader gets."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

Language = Literal["en", "pt-BR"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)(-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_RANGES: Final = 30
_BY_TAG: Final[Mapping[str, Language]] = {"en": "en", "pt": "pt-BR", "*": "en"}


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
    return _BY_TAG.get(tag)
