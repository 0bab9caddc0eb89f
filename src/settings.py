"""Where things live: one settings class for the whole platform (environment prefix ``NNSC_``)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_project() -> Path:
    """The folder that holds ``jurisdictions/``: the checkout this module was installed from."""
    return Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Paths and knobs of one installation.

    ``home`` is the root of everything a run writes. Paths that are not set explicitly are derived from it.
    """

    model_config = SettingsConfigDict(env_prefix="NNSC_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path("var"))
    project: Path = Field(default_factory=_default_project)
    jurisdictions: Path = Path()
    contracts: Path = Path()
    policies: Path = Path()
    buckets: Path = Path()
    published: Path = Path()
    work: Path = Path()
    #: Where the parsed dbt project is kept; installations of one project may share it.
    parsed: Path = Path()
    warehouse: str = ""
    ledger_url: str = ""
    #: A frozen clock (UTC) for tests and replays; ``None`` means the real one.
    clock: datetime | None = None
    #: Memory of one DuckDB connection while a delivery is read; Python and what DuckDB does not count come on top (a
    #: process with a delivery of 10 million rows peaked at 1.44 GB, with 1GB here at 1.51).
    ingest_memory: str = "900MB"
    threads: int = 2
    #: Whether a file dropped into a bucket starts its feed at once; else it waits for the feed's schedule.
    watch_drops: bool = True
    #: How many publications are kept, the present one included.
    publications_kept: int = Field(default=10, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, values: dict[str, object]) -> dict[str, object]:
        home = Path(str(values.get("home") or "var")).absolute()
        project = Path(str(values.get("project") or _default_project())).absolute()
        values["home"], values["project"] = home, project
        derived: dict[str, object] = {
            "jurisdictions": project / "jurisdictions",
            "contracts": project / "expectations",
            "policies": project / "policies",
            "buckets": home / "buckets",
            "published": home / "published",
            "work": home / "work",
            "parsed": home / "dbt" / "parsed",
            "warehouse": str(home / "warehouse" / "warehouse.duckdb"),
            "ledger_url": f"sqlite:///{home / 'ledger' / 'ledger.db'}",
        }
        for name, value in derived.items():
            if not values.get(name):
                values[name] = value
        return values

    def now(self) -> datetime:
        """The current instant in UTC (or the frozen one)."""
        return self.clock if self.clock is not None else datetime.now(UTC)

    def private_dir(self, path: Path) -> Path:
        """Create a folder that only the owner may enter (names may lie in it)."""
        path.mkdir(parents=True, exist_ok=True)
        if path.is_relative_to(self.home):
            path.chmod(0o700)
        return path


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with explicit overrides on top."""
    return Settings(**overrides)  # type: ignore[arg-type]
