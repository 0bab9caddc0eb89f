"""From charts to SVG and PNG, and from pages to HTML that needs no network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from ingest.templates import template
from reports.charts import NARROW
from reports.content import Figure, Page
from reports.source import Source
from reports.wording import LANGUAGES, Words, words

_TEMPLATES = Path(__file__).with_name("templates")
#: Widths of the plot in pixels, for a desk and for a phone; axes and labels come on top.
_WIDE, _PHONE = 640, 250
_FONT = "DejaVu Sans, Verdana, sans-serif"
_CONFIG = {
    "font": _FONT,
    "background": "white",
    "view": {"stroke": "#d0d0d0"},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": "#1b1b1b", "titleColor": "#1b1b1b",
             "titleFontWeight": "normal", "gridColor": "#e6e6e6"},
    "legend": {"labelFontSize": 12, "symbolSize": 110},
}  # fmt: skip
_LOCALES: dict[str, Any] = {"en": "en-US", "es": "es-ES"}


def png_name(page: Page, figure: Figure, language: str) -> str:
    """The file beside a page that holds one of its charts as a picture."""
    return f"{page.name}.{figure.name}.{language}.png"


def page_name(name: str, language: str) -> str:
    """The file of a page: English has no mark."""
    return f"{name}.html" if language == LANGUAGES[0] else f"{name}.{language}.html"


def png(figure: Figure, language: str) -> bytes:
    """A chart as a picture for a letter or a slide, at twice the resolution of a screen."""
    import vl_convert

    picture: bytes = vl_convert.vegalite_to_png(_spec(figure, _WIDE), scale=2, format_locale=_LOCALES[language])
    return picture


def svg(figure: Figure, language: str) -> Markup:
    """A chart inline, once for a desk and once for a phone (style shows one), each with a title and a description."""
    import vl_convert

    drawn = []
    for width, style in ((_WIDE, "wide"), (_PHONE, "narrow")):
        assert (width < NARROW) == (style == "narrow")
        text = vl_convert.vegalite_to_svg(_spec(figure, width), format_locale=_LOCALES[language])
        drawn.append(_accessible(text, f"{figure.name}-{style}", style, figure))
    return Markup("".join(drawn))


def _spec(figure: Figure, width: int) -> dict[str, Any]:
    spec: dict[str, Any] = figure.draw(width).to_dict()
    spec["config"] = {**spec.get("config", {}), **_CONFIG}
    spec["padding"] = {"left": 5, "right": 24, "top": 5, "bottom": 5}  # a label at the end of an axis is not cut
    return spec


def _accessible(text: str, name: str, style: str, figure: Figure) -> str:
    """One image with a name for screen readers; ids are numbered anew, for the renderer counts through a process."""
    for number, old in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))):
        text = re.sub(rf'(id="|url\(#|href="#){re.escape(old)}(?=["\)])', rf"\g<1>{name}-{number}", text)
    size = re.search(r'width="(\d+)" height="(\d+)"', text)
    assert size is not None
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {style}" role="img" viewBox="0 0 {size[1]} {size[2]}" '
        f'style="max-width:{size[1]}px" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(figure.title)}</title>'
        f'<desc id="{name}-desc">{escape(figure.description)}</desc>'
    )
    inner = re.sub(r"^<svg[^>]*>", "", text)
    inner = re.sub(r' role="graphics-[a-z]+"| aria-roledescription="[^"]*"| aria-label="[^"]*"', "", inner)
    return opening + inner


def html(page: Page, source: Source, language: str, languages: tuple[str, ...]) -> str:
    """A page as one file; everything in it is escaped but the charts."""
    return _page("page.html", page, source, words(language), languages)


def evaluation_html(page: Page, source: Source, told: Words, languages: tuple[str, ...]) -> str:
    """The page of an evaluation."""
    return _page("evaluation.html", page, source, told, languages)


def evaluations_list(
    rows: list[dict[str, Any]], source: Source, told: Words, languages: tuple[str, ...], reports: str | None
) -> str:
    """The page that leads to every evaluation, and back to the index of the reports where there is one."""
    return _rendered("evaluations.html", told, source, "index", languages, rows=rows, reports=reports)


def _page(template: str, page: Page, source: Source, told: Words, languages: tuple[str, ...]) -> str:
    figures = {
        section.figure.name: {
            "svg": svg(section.figure, told.language),
            "png": png_name(page, section.figure, told.language),
        }
        for section in page.sections
        if section.figure
    }
    return _rendered(template, told, source, page.name, languages, page=page, figures=figures)


def index(listed: list[dict[str, Any]], source: Source, language: str, languages: tuple[str, ...]) -> str:
    """The page that leads to the others, grouped by place."""
    return _rendered("index.html", words(language), source, "index", languages, groups=listed)


def _rendered(file: str, told: Words, source: Source, name: str, languages: tuple[str, ...], **values: Any) -> str:
    others = [
        (other, page_name(name, other), words(other)("language")) for other in languages if other != told.language
    ]
    text: str = template(_TEMPLATES, file).render(
        words=told, source=source, others=others, index=page_name("index", told.language), **values
    )
    return text
