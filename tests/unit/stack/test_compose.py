"""The container files, as far as they can be checked without Docker: structure, references, no secret inside."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from support.world import PROJECT

DOCKER = PROJECT / "docker"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yml").read_text())


def test_the_services_of_one_machine(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "migrate", "api-server", "scheduler", "dag-processor", "triggerer"}
    for name in ("api-server", "scheduler", "dag-processor", "triggerer"):
        service = compose["services"][name]
        assert service["command"] == [name]
        assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_every_named_volume_exists(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith(("$", ".", "/"))
    }
    assert used == set(compose["volumes"])


def test_only_the_scheduler_sees_the_data_and_the_triggerer_no_more_than_drops(compose: dict[str, Any]) -> None:
    mounts = {
        (name, volume.partition("}")[2] or volume)
        for name, service in compose["services"].items()
        for volume in service.get("volumes", [])
        if "/var/lib/nnsc" in volume
    }
    drops = ":/var/lib/nnsc/buckets:ro"
    assert mounts == {("scheduler", "data:/var/lib/nnsc"), ("scheduler", drops), ("triggerer", drops)}


def test_the_interface_listens_on_this_machine_only(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(ports) == ["api-server"]
    assert all(port.startswith("127.0.0.1:") for port in ports["api-server"])


def test_secrets_come_from_the_environment_and_the_example_has_none() -> None:
    text = (DOCKER / "compose.yml").read_text()
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (DOCKER / ".env.example").read_text(), re.MULTILINE))
    for name in ("POSTGRES_PASSWORD", "AIRFLOW_FERNET_KEY", "AIRFLOW_SECRET_KEY", "AIRFLOW_JWT_SECRET"):
        assert f"${{{name}:?" in text, f"{name} must be required, without a default"
        assert example[name] == ""
    assert set(re.findall(r"\$\{([A-Z_]+):\?", text)) <= set(example)


def test_the_image_runs_as_nobody_special_and_builds_from_hashes() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    assert text.rindex("USER nnsc") > text.rindex("RUN ")
    assert "--require-hashes" in text
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        for name in source.split():
            assert (PROJECT / name).exists(), name
