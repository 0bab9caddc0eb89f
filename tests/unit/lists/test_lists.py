"""Practitioner lists: what two people approved, nobody else's, watermarked, and ended; and attacks on each."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from commands.lists import lists
from governance.audit import lines
from governance.errors import UnknownRecipient, WrongDecision
from governance.verify import verify
from ingest.ledger import engine
from lists.api import Exported, export, look, release
from lists.errors import ListRefused, UnknownList
from settings import Settings
from support.browser import chromium
from support.lists_world import NOON, NUMBERS, OTHER, PLACE, START, installation, installed, published, reason

NAME = "candidates"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installation(tmp_path_factory.mktemp("lists")).home.parent


@pytest.fixture(scope="module")
def made_and_released(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    released(installed(folder))
    return folder


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Settings:
    """Nobody approved anything yet."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return installed(tmp_path)


@pytest.fixture
def given(made_and_released: Path, tmp_path: Path) -> Settings:
    """The list of candidates is released to ``site`` for the first city."""
    shutil.copytree(made_and_released, tmp_path, dirs_exist_ok=True)
    return installed(tmp_path)


def digest(settings: Settings, name: str = NAME, place: str = PLACE, recipient: str = "site") -> str:
    return look(settings, name, place, recipient).digest


def approve(settings: Settings, who: str, seen: str | None = None, recipient: str = "site", name: str = NAME) -> bool:
    seen = seen or digest(settings, name, recipient=recipient)
    return release(settings, name, PLACE, recipient, seen, who, "read every record")[1].is_effective


def released(settings: Settings) -> Settings:
    seen = digest(settings)
    assert not approve(settings, "Ana Ruiz", seen)
    assert approve(settings, "Ben Okoye", seen)
    return settings


def take(settings: Settings, who: str = "Cy Lund", recipient: str = "site", place: str = PLACE) -> Exported:
    return export(settings, NAME, place, recipient, who)


def later(settings: Settings, days: int) -> Settings:
    return settings.model_copy(update={"clock": NOON + timedelta(days=days)})


def logged(settings: Settings) -> list[dict[str, Any]]:
    with engine(settings).connect() as connection:
        return lines(connection)


def edited(settings: Settings, file: str, old: str, new: str) -> None:
    path = settings.policies / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def table(file: Path) -> list[tuple[Any, ...]]:
    """The rows of the sheet ``list`` below its headings."""
    return list(load_workbook(file)["list"].iter_rows(min_row=4, values_only=True))


def test_a_released_list_shows_reasons_with_their_records_and_days_and_nobody_else(given: Settings) -> None:
    done = take(given)
    found = {(*row[1:3], row[3].date(), row[4].date()) for row in table(done.files[0])}
    assert found == {
        (r["reason"], f"{r['record_kind'].replace('_', ' ')} {NUMBERS[r['record_key']]} (feed {r['feed_id'].split('/')[1]})",
         r["evidence_on"], r["expires_on"])
        for r in START if r["person_key"] in ("ann", "bob")
    }  # fmt: skip
    assert (done.rows, done.ended) == (4, 0)
    text = done.files[1].read_text()
    for hidden in ("ann", "bob", "r1", "26-0412", "R-003", "R-004"):
        assert not re.search(rf">\s*{hidden}\b|\b{hidden}\s*\(", text), hidden
    assert len({row[0] for row in table(done.files[0])}) == 2
    assert all(file.stat().st_mode & 0o077 == 0 for file in done.files)


def test_victims_are_on_the_list_of_offers_alone(site: Settings) -> None:
    rows = look(site, "service_offers", PLACE, "site").standing(NOON.date())
    assert [row[1:3] for row in rows] == [("Shot in the last 12 months", "shooting victim 26-0412 (feed shooting)")]


def test_one_person_cannot_be_both_however_the_name_is_written(site: Settings) -> None:
    approve(site, "Ana Ruiz", seen := digest(site))
    for again in ("Ana Ruiz", "ana  RUIZ", "ＡＮＡ Ruiz", "Ana\u200b Ruiz", "\u2060Ana Ru\u00adiz"):
        with pytest.raises(WrongDecision, match="second, different person"):
            approve(site, again, seen)
    with pytest.raises(ListRefused, match="not approved"):
        take(site)


def test_nobody_approves_and_nobody_exports(given: Settings) -> None:
    seen = digest(given)
    for who in ("anonymous", "Unknown", " ANONYMOUS ", "ano\u200bnymous", ""):
        with pytest.raises(WrongDecision):
            approve(given, who, seen)
        with pytest.raises(WrongDecision):
            take(given, who=who)


def test_one_person_is_not_enough_even_where_the_policy_was_loosened(site: Settings) -> None:
    edited(site, "decisions.yml", "list_release: {people: 2", "list_release: {people: 1")
    approve(site, "Ana Ruiz")
    with pytest.raises(ListRefused, match="not released"):
        take(site)


def test_a_list_that_changed_after_its_approval_is_not_exported(given: Settings) -> None:
    take(given)
    published(given, [*START, reason("eve", "r9")], number=2)
    with pytest.raises(ListRefused, match="changed since it was approved"):
        take(given)
    published(given, START, number=3)
    assert take(given).rows == 4, "the same rows again are the same list"


def test_a_list_exchanged_between_the_two_waits_for_two_again(site: Settings) -> None:
    seen = digest(site)
    approve(site, "Ana Ruiz", seen)
    published(site, [*START, reason("eve", "r9")], number=2)
    with pytest.raises(ListRefused, match="is now"):
        approve(site, "Ben Okoye", seen)
    assert not approve(site, "Ben Okoye")
    with pytest.raises(ListRefused, match="not released"):
        take(site)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lists.yml", "- A stop, a search, an arrest, a charge, bail, a sentence or conditions", "- Conditions"),
        ("lists.yml", "valid_days: 14", "valid_days: 30"),
        ("lists.yml", "rows: {route: candidate}", "rows: {}"),
        ("recipients.yml", "Working group of the first city", "Everybody who wants it"),
    ],
)
def test_what_the_list_says_of_itself_is_approved_with_it(given: Settings, file: str, old: str, new: str) -> None:
    edited(given, file, old, new)
    with pytest.raises(ListRefused, match="changed since it was approved"):
        take(given)


@pytest.mark.parametrize(
    ("recipient", "place", "match"),
    [
        ("network", PLACE, "gets T2, and the list candidates is T3"),
        ("elsewhere", PLACE, "gets nothing of us_aa_first"),
        ("site", OTHER, "gets nothing of us_bb_second"),
        ("second", PLACE, "not approved"),
    ],
)
def test_a_release_is_for_one_recipient_and_one_place(given: Settings, recipient: str, place: str, match: str) -> None:
    with pytest.raises(ListRefused, match=match):
        take(given, recipient=recipient, place=place)


def test_an_approval_of_one_list_releases_no_other(given: Settings) -> None:
    with pytest.raises(ListRefused, match="service_offers"):
        export(given, "service_offers", PLACE, "site", "Cy Lund")
    assert digest(given) != digest(given, recipient="second")


def test_people_are_called_otherwise_for_each_recipient(site: Settings) -> None:
    shown = [{str(row[0]) for row in look(site, NAME, PLACE, to).standing(NOON.date())} for to in ("site", "second")]
    assert [len(people) for people in shown] == [2, 2]
    assert not shown[0] & shown[1]


def test_a_release_ends_and_a_reason_that_ended_is_not_printed(given: Settings) -> None:
    """Bob's entry ends on the 25th; what else is recorded of him does not keep him on the list."""
    assert take(later(given, 4)).rows == 4
    done = take(later(given, 5))
    assert (done.rows, done.ended) == (2, 2)
    assert {row[2] for row in table(done.files[0])} == {
        "group roster R-001 (feed group_roster)", "arrest A-77 (feed arrest)"
    }  # fmt: skip
    take(later(given, 13))
    with pytest.raises(ListRefused, match="expired on 2026-12-04"):
        take(later(given, 14))


def test_nothing_that_ended_is_approved(site: Settings) -> None:
    with pytest.raises(ListRefused, match="nothing to approve"):
        approve(later(site, 300), "Ana Ruiz")


def test_an_empty_list_says_why_and_offers_nothing_to_approve(site: Settings) -> None:
    words = ["lists", "show", NAME, "--site", PLACE, "--recipient", "site"]
    for when, why in (
        (later(site, 300), r"all \d+ rows of publication 1 .* ended"),
        (site, "publication 2 .* has no row of"),
    ):
        if when is site:
            published(site, [row for row in START if row["jurisdiction_id"] == OTHER], 2)
        told = CliRunner().invoke(lists, words[1:], obj=when)
        assert told.exit_code == 0, told.output
        assert re.search(rf"The list {NAME} is empty today: {why}", told.output), told.output
        assert not re.search("release|None", told.output)


def test_every_export_is_one_line_of_the_log_with_what_was_written(given: Settings) -> None:
    before = len(logged(given))
    done = take(given)
    new = logged(given)[before:]
    assert [(line["action"], line["actor"]) for line in new] == [("export", "Cy Lund")]
    told = new[0]["detail"]
    assert told["number"] == done.number
    assert told["files_sha256"] == {f.suffix[1:]: hashlib.sha256(f.read_bytes()).hexdigest() for f in done.files}
    assert told["decisions"] == [1, 2]
    with pytest.raises(ListRefused):
        take(given, recipient="second")
    assert len(logged(given)) == before + 1, "what is refused leaves nothing"
    with engine(given).connect() as connection:
        assert verify(connection, given, []).problems == []


def test_every_sheet_and_the_page_bear_tier_recipient_dates_and_purpose(given: Settings) -> None:
    done = take(given)
    words = ("T3", "site only", "2026-11-20", "void from 2026-12-04", done.number)
    purpose = "For two people who decide together"
    for sheet in load_workbook(done.files[0]):
        assert all(word in sheet["A1"].value for word in words), sheet.title
        assert purpose in sheet["A2"].value
        assert sheet.print_title_rows == "$1:$3"
        assert all(word in sheet.oddHeader.center.text for word in words)
    text = done.files[1].read_text()
    assert text.count(purpose) >= 3
    assert all(text.count(word) >= 2 for word in words)
    assert "Never for" in text
    assert "A stop, a search, an arrest" in text


def test_text_of_an_agency_is_no_formula_and_no_markup(site: Settings) -> None:
    evil = '=HYPERLINK("http://x") <script>alert(1)</script> & co'
    published(site, [reason("ann", "r1", reason=evil)], number=2)
    done = take(released(site))
    cell = load_workbook(done.files[0])["list"]["B4"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert "<script>" not in done.files[1].read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      strength: Strength\n", "      risk_score: Risk\n"),
        ("      strength: Strength\n", "      rank: Rank\n"),
        ("      strength: Strength\n", "      person_key: Person\n"),
        ("      strength: Strength\n", "      'strength\" from x --': Strength\n"),
        ("    valid_days: 14\n", "    valid_days: 365\n"),
        ("    never_for:", "    never_ever_for:"),
    ],
)
def test_a_catalogue_with_scores_keys_or_without_an_end_is_refused(site: Settings, old: str, new: str) -> None:
    from feeds.errors import SpecificationError

    edited(site, "lists.yml", old, new)
    with pytest.raises(SpecificationError):
        digest(site)


def test_a_list_may_not_say_less_than_its_tier(site: Settings) -> None:
    edited(site, "lists.yml", "tier: T3", "tier: T2")
    with pytest.raises(ListRefused, match="says T2 and shows what is T3"):
        digest(site)


def test_what_is_not_declared_is_named(site: Settings) -> None:
    with pytest.raises(UnknownList, match=r"lists\.yml declares: candidates"):
        digest(site, "hotlist")
    with pytest.raises(UnknownRecipient):
        digest(site, recipient="somebody")


_FAULTS = """() => {
  const found = [], paper = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > paper) found.push('the page is wider than the paper');
  for (const e of document.querySelectorAll('th,td,h1,h2')) {
    const box = e.getBoundingClientRect();
    if (box.right > paper + 1 || e.scrollWidth > e.clientWidth + 1) found.push(`overflows: ${e.textContent}`);
    const text = document.createRange();
    text.selectNodeContents(e);
    const lines = new Set([...text.getClientRects()].map(r => Math.round(r.top))).size;
    if (!/ /.test(e.textContent.trim()) && lines > 1) found.push(`broken inside a word: ${e.textContent}`);
  }
  for (const head of document.querySelectorAll('thead')) {
    if (getComputedStyle(head).display !== 'table-header-group') found.push('a heading stands on the first page only');
    if (!head.querySelector('.mark')) found.push('a table has no mark');
  }
  if (getComputedStyle(document.querySelector('.behind')).position !== 'fixed') found.push('no mark behind each page');
  return found;
}"""


@pytest.mark.slow
def test_nothing_leaves_the_paper_and_no_word_is_broken(site: Settings) -> None:
    long = "Is, or was in the last 24 months, under supervision for violence that the strategy acts upon"
    rows = [reason(f"p{n}", "r1", reason=long, record_kind="probation_term") for n in range(40)]
    published(site, [*START, *rows], number=2)
    file = take(released(site)).files[1]
    with chromium() as browser:
        for paper, millimetres in {"A4": 210, "Letter": 216}.items():
            page = browser.new_page(viewport={"width": round((millimetres - 24) / 25.4 * 96), "height": 1000})
            page.emulate_media(media="print")
            page.goto(file.as_uri())
            assert page.evaluate(_FAULTS) == []
            assert 2 <= len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper))) <= 6
