"""A real browser, and what it finds wrong with a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
#: What is wrong with the page as it stands, in sentences; nothing when all is well.
_FAULTS = """() => {
  const found = [], wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`the page is ${wide} px wide in a window of ${innerWidth}`);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(one => one === id).length > 1) found.push(`id ${id} stands twice`);
  if (document.querySelectorAll('h1').length !== 1) found.push('there is not one h1');
  let level = 0;
  for (const h of document.querySelectorAll('h1,h2,h3')) {
    if (+h.tagName[1] > level + 1) found.push(`heading ${h.textContent} skips a level`);
    level = +h.tagName[1];
  }
  for (const figure of document.querySelectorAll('figure')) {
    const shown = [...figure.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
    if (shown.length !== 1) { found.push(`${shown.length} charts are shown in a figure`); continue; }
    const svg = shown[0], box = svg.getBoundingClientRect();
    if (svg.querySelectorAll('.mark-rect path, .mark-line path, .mark-symbol path').length < 2) found.push('a chart has no marks');
    if (box.right > innerWidth || box.height < 60) found.push('a chart is cut or flat');
    const small = Math.min(...[...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect().height));
    if (small < 9) found.push(`text of a chart is ${small} px high`);
    for (const text of svg.querySelectorAll('text')) {
      const t = text.getBoundingClientRect();
      if (t.right > box.right + 1 || t.left < box.left - 1) found.push(`${text.textContent} leaves its chart`);
    }
    if (svg.getAttribute('role') !== 'img') found.push('a chart is no image to screen readers');
    for (const id of svg.getAttribute('aria-labelledby').split(' '))
      if (!(document.getElementById(id)?.textContent.length > 5)) found.push(`a chart lacks the text ${id}`);
    if (!figure.closest('section').querySelector('table')) found.push('a chart has no table beside it');
  }
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const e of document.querySelectorAll('p,a,th,td,h1,h2,li,figcaption,caption span,summary,.stamp')) {
    const contrast = 1.05 / (light(getComputedStyle(e).color) + 0.05);
    if (contrast < 4.5) found.push(`${e.tagName} ${e.textContent.slice(0, 20)} has a contrast of ${contrast}`);
  }
  for (const e of document.querySelectorAll('.scroll'))
    if (e.tabIndex !== 0 || !e.getAttribute('aria-label')) found.push('a table cannot be reached by keyboard');
  return found;
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a profile; the test is skipped where there is none."""
    if not CHROMIUM.is_file():
        pytest.skip("there is no chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_QUIET))
        yield browser
        browser.close()


def faults(browser: Any, page: Path, width: int) -> list[str]:
    """What is wrong with a page in a window of a width, the requests that it makes included."""
    window = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    window.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    window.goto(page.as_uri())
    window.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found: list[str] = window.evaluate(_FAULTS)
    window.keyboard.press("Tab")
    if window.evaluate("document.activeElement.className") != "skip":
        found.append("the first stop of the keyboard is not the link to the content")
    outline = window.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    if outline == "none":
        found.append("what has the focus does not show it")
    window.close()
    return [*found, *(url for url in asked if url != page.as_uri()), *errors]
