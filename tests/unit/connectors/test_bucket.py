"""The bucket connector on a local folder and, by the same code, on a real S3 API."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.bucket import BucketConnector
from connectors.credentials import Credentials
from connectors.errors import ConfigurationError, RefusedInput, RetriableError


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, object]]:
    """Storage options of an S3 server on this machine (moto), with the bucket ``agency``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    options: dict[str, object] = {
        "key": "test", "secret": "test", "endpoint_url": f"http://127.0.0.1:{port}", "client_kwargs": {"region_name": "eu-west-1"},
    }  # fmt: skip
    from upath import UPath

    UPath("s3://agency", **options).mkdir()
    yield options
    server.stop()


@pytest.fixture(params=["local", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> BucketConnector:
    if request.param == "local":
        return BucketConnector(path="drop", base=str(tmp_path), pattern="*.csv", settle_seconds=0)
    options = request.getfixturevalue("s3")
    return BucketConnector(
        path=f"s3://agency/{tmp_path.name}", pattern="*.csv", settle_seconds=0, storage_options=options
    )


def put(bucket: BucketConnector, name: str, data: bytes) -> None:
    path = bucket.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_an_absent_folder_is_an_empty_one(bucket: BucketConnector) -> None:
    assert list(bucket.poll({})) == []


def test_finished_files_that_match_in_order_of_name(bucket: BucketConnector) -> None:
    for name in ("b.csv", "a.csv", "c.txt", ".hidden.csv", "~lock.csv"):
        put(bucket, name, name.encode())
    items = list(bucket.poll({}))
    assert [(item.name, item.size) for item in items] == [("a.csv", 5), ("b.csv", 5)]
    with bucket.open(items[1]) as handle:
        assert handle.read() == b"b.csv"


def test_a_changed_file_is_another_version(bucket: BucketConnector) -> None:
    put(bucket, "a.csv", b"1")
    first = next(iter(bucket.poll({})))
    put(bucket, "a.csv", b"22")
    second = next(iter(bucket.poll({})))
    assert first.location == second.location
    assert first.version != second.version


def test_a_file_that_is_still_being_written_waits(tmp_path: Path) -> None:
    bucket = BucketConnector(path="drop", base=str(tmp_path), settle_seconds=60)
    put(bucket, "a.csv", b"1")
    assert list(bucket.poll({})) == []
    old = time.time() - 61
    os.utime(tmp_path / "drop" / "a.csv", (old, old))
    assert [item.name for item in bucket.poll({})] == ["a.csv"]


def test_a_done_marker_says_that_a_file_is_complete(tmp_path: Path) -> None:
    bucket = BucketConnector(path="drop", base=str(tmp_path), done_marker=".done")
    put(bucket, "a.csv", b"1")
    assert list(bucket.poll({})) == []
    put(bucket, "a.csv.done", b"")
    assert [item.name for item in bucket.poll({})] == ["a.csv"]


def test_nothing_outside_the_bucket_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("names")
    bucket = BucketConnector(path="drop", base=str(tmp_path), settle_seconds=0)
    put(bucket, "a.csv", b"1")
    (tmp_path / "drop" / "link.csv").symlink_to(tmp_path / "secret.csv")
    link = next(item for item in bucket.poll({}) if item.name == "link.csv")
    with pytest.raises(RefusedInput, match="outside the bucket"):
        bucket.open(link)
    with pytest.raises(ConfigurationError, match="climbs out"):
        _ = BucketConnector(path="../elsewhere", base=str(tmp_path)).root


def test_a_store_that_is_away_is_worth_a_retry_and_its_keys_stay_hidden(tmp_path: Path) -> None:
    known = Credentials("AKIA-login", "never-sh0wn", extra={
        "endpoint_url": "http://127.0.0.1:1", "client_kwargs": {"region_name": "eu-west-1"},
        "config_kwargs": {"retries": {"max_attempts": 1}, "connect_timeout": 1},
    })  # fmt: skip
    connector = BucketConnector(path="s3://agency/x", credentials=known)
    with pytest.raises(RetriableError) as error:
        list(connector.poll({}))
    assert error.value.code == "bucket_unreachable"
    assert "never-sh0wn" not in str(error.value) + repr(error.value.__context__)
