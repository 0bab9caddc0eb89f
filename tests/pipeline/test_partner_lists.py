"""Lists of violence between partners that a practitioner filled in: what is accepted, what waits, and why."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from cli import nnsc
from ingest.api import drain, fetch, outcomes
from ingest.inspect import quarantined
from settings import Settings
from support.world import JURISDICTION

NOT_NULL, BETWEEN = "expect_column_values_to_not_be_null", "expect_column_values_to_be_between"
EVENT = {
    "event_id": "1", "event_type": "arrest", "occurred_on": date(2025, 3, 1), "pair_id": "K1", "address_id": "A1",
    "is_charged": "yes", "is_convicted": "no", "offender_last_name": "Zzyzx", "offender_age": 31,
}  # fmt: skip
VICTIM = {"event_id": "1", "victim_local_id": "1", "occurred_on": date(2025, 3, 1), "injury": "minor", "victim_age": 30}
WRONG: dict[str, list[tuple[dict[str, Any], str]]] = {
    "ipv_event": [
        ({"event_id": None}, "key_missing"),
        ({"event_type": None}, f"{NOT_NULL}:event_type"),
        ({"occurred_on": None}, f"{NOT_NULL}:occurred_on"),
        ({"occurred_on": date(2999, 1, 1)}, f"{BETWEEN}:occurred_on"),
        ({"occurred_on": date(1989, 12, 31)}, f"{BETWEEN}:occurred_on"),
        ({"is_charged": "perhaps"}, "unparsed:is_charged"),
        ({"offender_age": 121}, f"{BETWEEN}:offender_age"),
    ],
    "ipv_victim": [
        ({"event_id": None}, "key_missing"),
        ({"occurred_on": None}, f"{NOT_NULL}:occurred_on"),
        ({"occurred_on": date(2999, 1, 1)}, f"{BETWEEN}:occurred_on"),
        ({"victim_age": -1}, f"{BETWEEN}:victim_age"),
    ],
}
RIGHT: dict[str, list[dict[str, Any]]] = {
    # what is not known stays empty; a call without couple and address is kept, and the receipt says so
    "ipv_event": [{}, {"is_charged": None}, {"pair_id": None}, {"pair_id": None, "address_id": None}],
    "ipv_victim": [{}, {"injury": None}, {"victim_age": None}],
}


@pytest.mark.parametrize(("kind", "entry"), [("ipv_event", EVENT), ("ipv_victim", VICTIM)])
def test_a_filled_in_list_is_applied_and_wrong_rows_wait(
    kind: str, entry: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    feed_id, file = f"us_xx_town/{kind}", tmp_path / "list.xlsx"
    (settings.jurisdictions / "us_xx_town").mkdir()
    (settings.jurisdictions / "us_xx_town" / "jurisdiction.yml").write_text(JURISDICTION)
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    asked = CliRunner().invoke(nnsc, ["template", kind, "--out", str(file), "--feed", feed_id], env=environment)
    assert asked.exit_code == 0, asked.output
    book = load_workbook(file)
    sheet = book[kind]
    columns = {cell.value: cell.column for cell in sheet[1]}
    right = [*RIGHT[kind], *({} for _ in range(100))]  # few enough of all rows are wrong
    for row, changed in enumerate([*(wrong for wrong, _ in WRONG[kind]), *right], start=2):
        for name, value in {**entry, "event_id": f"E{row}", **changed}.items():
            sheet.cell(row=row, column=columns[name], value=value)
    target = settings.buckets / feed_id / "list.xlsx"
    target.parent.mkdir(parents=True)
    book.save(target)
    os.utime(target, (0, 0))  # a drop is taken when nobody has written it for a while
    fetch(settings, feed_id)
    drain(settings, feed_id)
    (outcome,) = outcomes(settings, feed_id)
    assert (outcome.state, outcome.accepted, outcome.quarantined) == ("applied", len(right), len(WRONG[kind]))
    waiting = {row.row_number: set(row.rules) for row in quarantined(settings, outcome.delivery_id)}
    assert {n: rules & {rule} for (n, rules), (_, rule) in zip(sorted(waiting.items()), WRONG[kind], strict=True)} == {
        n: {rule} for n, (_, rule) in enumerate(WRONG[kind], start=1)
    }
    if kind == "ipv_event":
        receipt = "".join(path.read_text() for path in settings.home.rglob("receipt.json"))
        assert "nobody can tell whether it happened before" in receipt
