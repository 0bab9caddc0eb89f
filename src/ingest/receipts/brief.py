"""A receipt in few words and without any value: for messages that leave the outbox (Airflow's UI, e-mail)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from feeds.catalogue import LoadedFeed
from ingest.receipts.page import page
from ingest.receipts.wording import language_of, wording
from ingest.receipts.write import receipt_folder
from settings import Settings

MAX_LINES = 20


def stored_receipt(settings: Settings, feed_id: str, delivery_id: str) -> dict[str, Any] | None:
    """The receipt that lies in the outbox, without examples; ``None`` while there is none."""
    file: Path = receipt_folder(settings, feed_id, delivery_id) / "receipt.json"
    if not file.is_file():
        return None
    receipt: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for problem in receipt["problems"]:
        problem["examples"] = [{"row": example["row"], "value": None} for example in problem["examples"]]
    return receipt


def as_markdown(settings: Settings, feed_id: str, delivery_id: str) -> str:
    """Rows, and every problem with its column, count and row numbers, for the person who decides."""
    receipt = stored_receipt(settings, feed_id, delivery_id)
    if receipt is None:
        return "There is no receipt yet."
    words = wording("en")
    lines = [f"Rows: {receipt['rows']:,}. Receipt: `outbox/{feed_id}/{delivery_id}/receipt.html`"]
    if receipt["problems"]:
        lines += ["", "| column | what is wrong | records | rows |", "|---|---|---|---|"]
    for problem in receipt["problems"][:MAX_LINES]:
        column = words.column(problem["headings"], problem["column"])
        rows = ", ".join(str(example["row"]) for example in problem["examples"])
        sentence = words.sentence(problem["rule"], problem["sentence"])
        lines.append(
            "| "
            + " | ".join(part.replace("|", "/") for part in (column, sentence, f"{problem['count']:,}", rows))
            + " |"
        )
    return "\n".join(lines)


def as_mail(settings: Settings, feed: LoadedFeed, delivery_id: str) -> tuple[str, str] | None:
    """Subject and HTML body of the mail about a receipt, in the agency's language; ``None`` while there is none."""
    receipt = stored_receipt(settings, feed.spec.feed_id, delivery_id)
    if receipt is None:
        return None
    words = wording(language_of(feed.jurisdiction.locale))
    return words.text("title", file=receipt["file_name"]), page(
        feed, receipt, words, folder=f"outbox/{feed.spec.feed_id}/{delivery_id}"
    )
