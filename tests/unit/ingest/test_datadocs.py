"""Data Docs: a page per delivery and kind, built once, with counts and without values."""

from __future__ import annotations

import re

from ingest.api import drain, fetch
from ingest.datadocs import build_docs, docs_folder
from settings import Settings
from support.world import drop, rows, write_feed

FEED = "us_test/arrest"


def test_a_page_per_delivery_and_kind_is_built_once_and_kept(settings: Settings) -> None:
    write_feed(settings)
    drop(settings, "a.csv", rows(*(f"A{n},2024-12-01,30" for n in range(30)), "A90,2024-12-01,2244,,S-7788"))
    fetch(settings, FEED)
    drain(settings, FEED)
    assert build_docs(settings) == 1
    assert build_docs(settings) == 0
    pages = sorted(docs_folder(settings).rglob("arrest-*.html"))
    assert len(pages) == 1
    whole = pages[0].read_text()
    assert not re.findall(r"(?:src|href)=.?https?:|url\(", whole), "a page fetches nothing from elsewhere"
    assert (pages[0].parent / "../../../index.html").resolve() == docs_folder(settings) / "index.html"
    assert set(re.findall(r'href="([^#"][^"]*)"', whole)) == {"../../../index.html"}
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pages[0].read_text()))
    assert "arrestee_age" in text
    assert re.search(r"31 .*3\.2", text)  # one of 31 records
    assert "2244" not in text
    assert "S-7788" not in text
    drop(settings, "b.csv", rows(*(f"A{n},2024-12-01,31" for n in range(30))))
    fetch(settings, FEED)
    drain(settings, FEED)
    assert build_docs(settings, FEED) == 1
    index = (docs_folder(settings) / "index.html").read_text()
    links = re.findall(r'href="([^"]+)"', index)
    assert len(links) == 2
    assert all((docs_folder(settings) / link).is_file() for link in links)
