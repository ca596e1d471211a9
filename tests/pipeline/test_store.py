"""Both stores: the same bytes have one name, are written once, and what was changed or is missing is said."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unplastic.errors import StoreAway, StoreError
from unplastic.pipeline.bucket import Bucket
from unplastic.pipeline.store import Folder, Store, hashed, link


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path / "store")
    return bucket(request.getfixturevalue("s3"), tmp_path)


def bucket(address: str, folder: Path) -> Bucket:
    import httpx

    name = f"unplastic-{abs(hash(str(folder)))}"
    assert httpx.put(f"{address}/{name}").status_code == 200
    options = (("endpoint", address), ("access_key_id", "test"), ("secret_access_key", "test"), ("region", "us-east-1"),
               ("client_options", {"allow_http": True}))  # fmt: skip
    return Bucket(f"s3://{name}/film", folder / "brought", options)


def test_bytes_come_back_under_their_hash(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "a b'c\"-ü.mp4"
    source.write_bytes(os.urandom(100_000))
    digest = store.put(source)
    assert digest == hashed(source)
    assert store.path(digest).read_bytes() == source.read_bytes()
    assert store.put(source) == digest
    assert dict(store.verify()) == {digest: ""}
    store.remove(digest)
    store.remove(digest)
    assert not store.has(digest)


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(StoreError, match="has no 0000"):
        store.path("0" * 64)
    assert not store.has("0" * 64)


def test_many_at_once_keep_one(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"frames" * 10_000)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: store.put(source), range(16)))) == 1
    assert len(list(store.verify())) == 1


def test_a_file_that_was_changed_in_the_folder_is_found(tmp_path: Path) -> None:
    store, source = Folder(tmp_path / "store"), tmp_path / "a"
    source.write_bytes(b"one")
    digest = store.put(source)
    path = store.path(digest)
    path.chmod(0o644)
    path.write_bytes(b"two")
    assert [said for _, said in store.verify() if said]


def test_a_source_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, source = Folder(tmp_path / "store"), tmp_path / "a"
    source.write_bytes(b"x" * 1000)
    from unplastic.pipeline import store as module

    copied = module.copied

    def meddled(here: Path, there: Path) -> str:
        found = copied(here, there)
        source.write_bytes(b"y" * 1000)
        return found

    monkeypatch.setattr(module, "copied", meddled)
    with pytest.raises(StoreError, match="changed while it was read"):
        store.put(source)
    assert not list(store.root.rglob("*.part"))
    assert not list(store.verify())


def test_a_link_replaces_what_has_its_name(tmp_path: Path) -> None:
    one, two, name = tmp_path / "1", tmp_path / "2", tmp_path / "deep" / "name.mov"
    one.write_text("1")
    two.write_text("2")
    link(one, name)
    link(one, name)
    assert name.read_text() == "1"
    link(two, name)
    assert name.read_text() == "2"
    assert [each.name for each in name.parent.iterdir()] == ["name.mov"]


def test_a_bucket_that_does_not_answer_is_away(tmp_path: Path) -> None:
    quick = {"allow_http": True, "timeout": "1s"}
    options = (("endpoint", "http://127.0.0.1:9"), ("access_key_id", "t"), ("secret_access_key", "t"),
               ("region", "x"), ("client_options", quick), ("retry_config", {"max_retries": 0}))  # fmt: skip
    away = Bucket("s3://nowhere/film", tmp_path / "brought", options)
    with pytest.raises(StoreAway):
        away.has("0" * 64)
    source = tmp_path / "a"
    source.write_bytes(b"1")
    with pytest.raises(StoreAway):
        away.put(source)


def test_what_came_with_other_bytes_is_refused(s3: str, tmp_path: Path) -> None:
    import obstore

    store = bucket(s3, tmp_path)
    obstore.put(store._bucket, f"00/{'0' * 64}", b"something else")
    with pytest.raises(StoreError, match="other bytes"):
        store.path("0" * 64)
    assert not list(tmp_path.rglob("*.part"))
    assert [said for _, said in store.verify() if said]


def test_threads_bring_one_file(s3: str, tmp_path: Path) -> None:
    store, source = bucket(s3, tmp_path), tmp_path / "a"
    source.write_bytes(os.urandom(1_000_000))
    digest, gate = store.put(source), threading.Barrier(4)

    def bring(_: int) -> bytes:
        gate.wait()
        return store.path(digest).read_bytes()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(bring, range(4))) == {source.read_bytes()}
