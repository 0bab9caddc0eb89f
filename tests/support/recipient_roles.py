"""Readers of recipients' databases on Postgres: who they are, how they connect, and what they try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2

from settings import Settings
from support.postgres import Server

FIRST, SECOND = "us_aa_first", "us_bb_second"
POLICY = f"""recipients:
  everybody: {{tier: T0, jurisdictions: all, purpose: Reference lists for all}}
  partners: {{tier: T1, jurisdictions: all, purpose: Counts for partners}}
  network: {{tier: T2, jurisdictions: all, purpose: Pseudonymous records, readers: {{second: [{SECOND}]}}}}
  city: {{tier: T2, jurisdictions: [{FIRST}], purpose: Pseudonymous records of one city}}
  court: {{tier: T4, jurisdictions: [{SECOND}], purpose: All that is published}}
"""
#: Of each role: the recipient, the highest tier, and the places that it may see (None: all).
ROLES = {
    "everybody": ("everybody", "T0", None),
    "partners": ("partners", "T1", None),
    "network": ("network", "T2", None),
    "network__second": ("network", "T2", {SECOND}),
    "city": ("city", "T2", {FIRST}),
    "court": ("court", "T4", {SECOND}),
}

VICTIMS = "core.fct_shooting_victim"
#: What a reader of one city tries on the table that holds two; each is refused.
DENIED = [
    "set role postgres",
    "set role nnsc_analyst",
    "set role {network}",
    "set session authorization postgres",
    f"set row_security = off; select count(*) from {VICTIMS}",
    f"alter table {VICTIMS} disable row level security",
    f"create policy mine on {VICTIMS} using (true)",
    f'drop policy "{{network}}" on {VICTIMS}',
    f"create view core.mine as select * from {VICTIMS}",
    f"create view public.mine as select * from {VICTIMS}",
    f"create temp table mine as select * from {VICTIMS}",
    "create function public.leak(text) returns boolean cost 0.001 language plpgsql as "
    "$$ begin raise notice '%', $1; return true; end $$",
    "create function core.leak() returns bigint security definer language sql as 'select 1::bigint'",
    f"insert into {VICTIMS} select * from {VICTIMS}",
    f"update {VICTIMS} set is_fatal = false",
    f"delete from {VICTIMS}",
    f"truncate {VICTIMS}",
    f"copy {VICTIMS} from '/tmp/x'",
    f"copy {VICTIMS} to '/tmp/x'",
    "copy (select 1) to program 'true'",
    "select pg_read_file('postgresql.conf')",
    "select lo_import('/etc/passwd')",
    "select * from pg_authid",
    "select * from pg_statistic",
    "select * from raw.shooting_victim",
    "select * from restricted.person_mention",
    "select * from store.publication",
    "select * from core.dim_person",
]  # fmt: skip


def name_of(settings: Settings) -> str:
    return str(psycopg2.extensions.parse_dsn(settings.warehouse)["dbname"])


@dataclass
class Given:
    """An installation whose recipients were served, and how each role's login connects."""

    settings: Settings
    server: Server

    def group(self, role: str) -> str:
        return f"{name_of(self.settings)}_for_{role}"

    def url(self, role: str, database: str | None = None) -> str:
        return self.server.url_of(database or self.group(ROLES[role][0]), f"login_{role}")

    def owner(self, role: str) -> str:
        return self.server.url_of(self.group(ROLES[role][0]))

    def ask(self, role: str, sql: str) -> list[tuple[object, ...]]:
        return self.server.execute(sql, self.url(role))

    @contextmanager
    def asking(self, role: str) -> Iterator[Callable[[str], list[tuple[object, ...]]]]:
        """One connection of a role for many questions."""
        connection = psycopg2.connect(self.url(role))
        connection.autocommit = True

        def ask(sql: str) -> list[tuple[object, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()

        try:
            yield ask
        finally:
            connection.close()

    def tables(self, role: str) -> dict[str, set[str]]:
        """Every table that exists where the role connects, whether it may read it or not, with its columns."""
        found: dict[str, set[str]] = {}
        for schema, table, column in self.server.execute(
            "select n.nspname, c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where c.relkind in ('r', 'v', 'm') "
            "and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')", self.owner(role)
        ):  # fmt: skip
            found.setdefault(f'"{schema}"."{table}"', set()).add(str(column))
        return found
