"""How the demo's agencies publish: files, an SFTP server, two portals and a records system, all on this machine."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from settings import Settings
from simulator.api import deliver
from simulator.dropbox import Dropbox, running_dropbox
from simulator.places import BAJIO, LAGRANGE, MILLBROOK, RIVERMOUTH
from simulator.portal.server import Portal, running_portal
from simulator.portal.tables import Faults
from simulator.publishing import Publication, in_database, on_portal, publication

#: Feeds that come in files: feed id -> how its agency hands them over.
FILES = {
    f"{RIVERMOUTH}/shooting": "bucket", f"{RIVERMOUTH}/probation": "bucket", f"{MILLBROOK}/arrest": "sftp",
    f"{RIVERMOUTH}/calls": "bucket",
    f"{BAJIO}/arrest": "bucket", f"{BAJIO}/shooting": "bucket", f"{BAJIO}/violations": "bucket",
    "sim_us_ca_state/incidents": "bucket", "sim_us_ca_state/census": "bucket", "sim_us_oh_state/population": "bucket",
    "sim_us_oh_state/movements": "bucket",
    f"{MILLBROOK}/group_roster": "bucket", f"{MILLBROOK}/engagement": "bucket",
}  # fmt: skip
#: Feeds that are tables: feed id -> protocol.
TABLES = {f"{RIVERMOUTH}/arrest": "sql", f"{MILLBROOK}/shooting": "socrata", f"{LAGRANGE}/shooting": "arcgis"}
#: Feeds that deliver again in the second round, files and a table; all others deliver everything in the first.
AGAIN = (f"{MILLBROOK}/arrest", f"{MILLBROOK}/shooting")
#: What is told of each kind of transport.
WAYS = {
    "bucket": "files in a folder", "sftp": "SFTP server", "sql": "records system (SQLite)",
    "socrata": "Socrata portal", "arcgis": "ArcGIS server",
}  # fmt: skip
#: What each table is called where it stands.
DATASETS = {
    f"{RIVERMOUTH}/arrest": "arrests", f"{MILLBROOK}/shooting": "mbpd-gsw1", f"{LAGRANGE}/shooting": "gunshot_victims",
}  # fmt: skip
#: Every so many requests a portal says that it is asked too often.
_THROTTLE = 7
_PAGE = 200


@dataclass
class Publishers:
    """The agencies' servers. ``password`` opens all of them; ``published`` is what the tables held, in that order."""

    settings: Settings
    portal: Portal
    dropbox: Dropbox
    password: str
    published: list[Publication] = field(default_factory=list)

    @property
    def feeds(self) -> list[str]:
        """Every feed of the demo."""
        return sorted({**FILES, **TABLES})

    @property
    def connections(self) -> dict[str, str]:
        """Airflow Connections, as JSON, by name."""
        token = {"conn_type": "http", "password": self.password}
        box = {
            "conn_type": "sftp", "host": "127.0.0.1", "port": self.dropbox.port, "login": self.dropbox.login,
            "password": self.password, "extra": {"host_key": self.dropbox.host_key},
        }  # fmt: skip
        rms = {"conn_type": "sqlite", "schema": str(self._rms)}
        told: dict[str, dict[str, Any]] = {"sim_portal": token, "sim_dropbox": box, "sim_rms": rms}
        return {name: json.dumps(connection) for name, connection in told.items()}

    @property
    def _rms(self) -> Path:
        return self.settings.home / "agencies" / "rms.db"

    def write_feeds(self) -> None:
        """The demo's own jurisdictions: the project's feed files, with the address of each agency's server in them."""
        for feed_id in self.feeds:
            folder = self.settings.jurisdictions / feed_id.partition("/")[0]
            folder.mkdir(parents=True, exist_ok=True)
            source = self.settings.project / "jurisdictions" / folder.name
            shutil.copyfile(source / "jurisdiction.yml", folder / "jurisdiction.yml")
            spec = yaml.safe_load((source / f"{feed_id.rpartition('/')[2]}.yml").read_text(encoding="utf-8"))
            if feed_id in TABLES:  # rows come as the platform's own text, and no file name tells a date
                spec["reader"] = {"kind": "delimited", "null_values": spec["reader"].get("null_values", [])}
                spec["delivery"].pop("known_at")
            spec["connector"] = self._connector(feed_id, spec["connector"])
            text = yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=120)
            (folder / f"{feed_id.rpartition('/')[2]}.yml").write_text(text, encoding="utf-8")

    def _connector(self, feed_id: str, usual: dict[str, Any]) -> dict[str, Any]:
        dataset, web = DATASETS.get(feed_id, ""), {"connection": "sim_portal", "page_size": _PAGE}
        connectors: dict[str, dict[str, Any]] = {
            "bucket": usual,
            "sftp": {"connection": "sim_dropbox", "path": f"/{feed_id}", "pattern": usual["pattern"],
                     "settle_seconds": 0},
            "sql": {"connection": "sim_rms", "driver": "sqlite", "table": dataset, "key": "row_id",
                    "without": ["row_id"]},
            "socrata": {**web, "url": f"{self.portal.url}/socrata", "dataset": dataset},
            "arcgis": {**web, "url": f"{self.portal.url}/arcgis/rest/services/{dataset}/FeatureServer/0",
                       "without": ["OBJECTID"]},
        }  # fmt: skip
        way = FILES.get(feed_id) or TABLES[feed_id]
        return {"kind": way, **connectors[way]}

    def deliver(self, world: Path, until: int | None, again: bool = False) -> list[str]:
        """Hand over a round and return its feeds: up to the ``until``-th delivery of the schedule where feeds deliver
        again, else everything."""
        for way, root in (("bucket", self.settings.buckets), ("sftp", self.dropbox.root)):
            mine = {feed_id for feed_id, kind in FILES.items() if kind == way}
            deliver(world, root, until, mine.intersection(AGAIN))
            deliver(world, root, None, mine.difference(AGAIN)) if not again else None
        for feed_id, way in TABLES.items():
            if again and feed_id not in AGAIN:
                continue
            table = publication(world, feed_id, until if feed_id in AGAIN else None)
            self.published.append(table)
            if way == "sql":
                in_database(self._rms, DATASETS[feed_id], table)
            else:
                on_portal(self.portal, DATASETS[feed_id], table)
        return sorted(AGAIN) if again else self.feeds


@contextmanager
def running_publishers(settings: Settings) -> Iterator[Publishers]:
    """The agencies' servers, and feed files that point at them, as long as the ``with`` block lasts."""
    agencies, password = settings.private_dir(settings.home / "agencies"), secrets.token_urlsafe(24)
    with running_portal() as portal, running_dropbox(agencies / "dropbox", password) as dropbox:
        portal.faults = Faults(needs_token=password, throttle_every=_THROTTLE)
        publishers = Publishers(settings, portal, dropbox, password)
        publishers.write_feeds()
        yield publishers
