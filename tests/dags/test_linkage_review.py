"""Linkage in the real Airflow of ``nnsc up``: records are linked, two people answer a question, the next run heeds it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.api import drain, fetch
from ingest.ledger import engine
from linkage.decisions import verdicts
from settings import Settings
from stack import api
from stack.rest import Rest
from support.engines import no_data_tests
from support.pausing import pause
from support.people_in_airflow import answer
from support.waiting import wait_for
from support.world import ARREST, drop, settings_in, write_feed
from warehouse.api import build, query

pytestmark = pytest.mark.slow

FEED = "us_test/arrest"
NAMED = ARREST.replace(
    "area_id: area\n",
    "area_id: area\n          arrestee_last_name: last\n          arrestee_first_name: first\n"
    "          arrestee_name_suffix: suffix\n          arrestee_address: home\n",
).replace(
    "arrestee_*name*, arrestee_age_group, arrestee_sex, arrestee_race, arrestee_ethnicity, arrestee_fbi_number, "
    "arrestee_local_id, arrestee_address",
    "arrestee_second_last_name, arrestee_middle_name, arrestee_alias_names, arrestee_age_group, arrestee_sex, "
    "arrestee_race, arrestee_ethnicity, arrestee_fbi_number, arrestee_local_id",
)
#: One name, birth date and address; one record says junior, one senior: a rule parts them, people have to look.
FILE = """arrest_no,day,age,born,sid,area,note,last,first,suffix,home
A1,2024-01-01,32,1991-04-17,,1,,Okafor,Terrence,Jr,12 Cedar St
A2,2024-02-01,32,1991-04-17,,1,,Okafor,Terrence,Sr,12 Cedar St
A3,2024-03-01,40,1984-01-05,77120001,1,,Pruitt,Wendell,,9 Elm St
A4,2024-04-01,40,1984-01-05,77120001,1,,Pruitt,Wendell,,9 Elm St
"""


def finished(rest: Rest, dag_id: str, run_id: str) -> dict[str, str]:
    """States of the tasks of a run, once it has ended."""
    ended = wait_for(
        lambda: next((r for r in rest.runs(dag_id) if r["dag_run_id"] == run_id and r["end_date"]), None), 240
    )
    assert ended["state"] == "success"
    return {task["task_id"]: task["state"] for task in rest.task_instances(dag_id, run_id)}


def answered(rest: Rest, who: str) -> str:
    """Ask about the open pairs and let somebody say that they are one person; returns what was shown."""
    run_id = rest.trigger("link_review")
    detail = answer(rest, "link_review", run_id, "Same person", {"who": who, "why": "one fingerprint card"})
    assert finished(rest, "link_review", run_id)["record_answers"] == "success"
    return f"{detail['subject']}\n{detail['body']}"


def people(settings: Settings, grade: str) -> int:
    """How many people the ledger holds now."""
    m = lt.person_membership.c
    found = sa.select(sa.func.count(sa.distinct(m.person_key))).where(m.grade == grade, m.valid_to.is_(None))
    with engine(settings).connect() as connection:
        return int(connection.execute(found).scalar_one())


def test_two_people_answer_and_the_next_run_heeds_them(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, watch_drops=False)
    write_feed(settings, text=NAMED)
    drop(settings, "a.csv", FILE)
    fetch(settings, FEED)
    drain(settings, FEED)
    with no_data_tests():  # the builds that Airflow runs below have them
        build(settings)
    with api.running(settings) as rest:
        pause(rest, "warehouse")  # it would build after each run of linkage; the last one is looked at
        assert finished(rest, "link_people", rest.trigger("link_people")) == {"link": "success"}
        assert (people(settings, "linked"), people(settings, "action")) == (3, 3)
        shown = answered(rest, "Ines")
        assert "different suffixes (junior, senior), and no id agrees" in shown
        assert "family name" in shown
        assert answered(rest, "Omar").splitlines()[1:] == shown.splitlines()[1:]
        assert [v.same for v in verdicts(settings)] == [("ines", "omar")]
        pause(rest, "warehouse", paused=False)
        finished(rest, "link_people", rest.trigger("link_people"))
        assert (people(settings, "linked"), people(settings, "action")) == (2, 2)
        assert finished(rest, "link_training", rest.trigger("link_training")) == {"train": "skipped"}
        # What a run of linkage changed reaches the publication by itself.
        active = "select count(*) from core.dim_person where status = 'active' and grade = 'action'"
        wait_for(lambda: query(settings, active).rows == [(2,)], 480)
    said = [p for p in (settings.home / "airflow").rglob("*") if p.is_file() and b"okafor" in p.read_bytes().lower()]
    assert said == [], "Airflow's database and logs hold no names"
