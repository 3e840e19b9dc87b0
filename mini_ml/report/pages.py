"""Render pages from templates: escaping, the style sheet that pages share, and the policy that forbids scripts."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mini_ml.figures.svg import clean_text
from mini_ml.report.blocks import Section
from mini_ml.report.cutting import cut
from mini_ml.report.words import Words


def render_page(template: str, *, words: Words, title: str, sections: list[Section], **values: object) -> bytes:
    """Return a page made from a template of this package, with the style that all pages share.

    Args:
        template: name of the template, which extends `page.html.j2`.
        words: the texts of its language.
        title: title of the page.
        sections: its sections, which the contents list.
        values: further values for the template.
    """
    page = _environment().get_template(template)
    given = {"words": words, "title": cut(title, 300), "sections": sections, "style": style(), **values}
    return page.render(policy=content_security_policy(), **given).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mini_ml.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )


def _clean(value: object) -> object:
    """Replace characters that HTML does not allow."""
    return clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def style() -> Markup:
    """Return the style sheet of all pages, with that of figures."""
    sheets = [files("mini_ml.figures") / "figures.css", files("mini_ml.report") / "templates" / "page.css"]
    return Markup("\n" + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704  # our own files


@cache
def content_security_policy() -> str:
    """Return the policy of all pages: no scripts, no other files, and no styles but ours."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
