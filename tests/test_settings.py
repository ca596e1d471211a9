"""Settings: the environment goes before the file, and what is wrong is named, but never a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.errors import BadKey, SettingsError
from unplastic.providers.account import account
from unplastic.settings import settings

NAMES = (("ARK_API_KEY",),)


def read(folder: Path, text: str = "", **environment: str):
    if text:
        (folder / "unplastic.toml").write_text(text)
    return settings({"HOME": str(folder), **environment}, folder=folder)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, '[keys]\nARK_API_KEY = "from-file"\nFAL_KEY = "other"', ARK_API_KEY="from-environment")
    key, other = found.key("ARK_API_KEY"), found.key("FAL_KEY")
    assert key is not None
    assert other is not None
    assert (key.reveal(), key.source) == ("from-environment", "ARK_API_KEY")
    assert (other.reveal(), other.source) == ("other", "unplastic.toml")
    assert "from-" not in repr(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key = 1", "nothing here is called 'key'"),
        ("[keys]\nA = sk-hush", "not TOML"),
        ("[keys]\nA = 7", "keys.A is not a text"),
        ("keys = 7", "keys is not a table"),
        ('providers = {ark = "x"}', "not a table"),
        ('[providers.ark]\naddress = "http://evil.test"', "not https"),
        ('rehearsal = "http://192.168.1.4:80"', "not on this machine"),
        ('rehearsal = "https://127.0.0.1.evil.test"', "not on this machine"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read(tmp_path, text)
    assert "sk-hush" not in f"{caught.value.message}{caught.value.hint}"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        read(tmp_path, UNPLASTIC_SETTINGS=str(tmp_path / "none.toml"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "unplastic.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        read(tmp_path)


def test_an_account_names_the_missing_key_and_where_it_is_made(tmp_path: Path) -> None:
    here = account("ark", read(tmp_path), address="https://ark.test", key_names=NAMES, key_from="console.test/keys")
    assert not here.has("ARK_API_KEY")
    with pytest.raises(BadKey, match="ARK_API_KEY") as caught:
        here.key("ARK_API_KEY")
    assert "console.test/keys" in caught.value.hint


def test_in_a_rehearsal_no_real_key_is_used(tmp_path: Path) -> None:
    found = read(tmp_path, ARK_API_KEY="a-real-key", UNPLASTIC_REHEARSAL="http://127.0.0.1:9/")
    here = account("ark", found, address="https://ark.test", key_names=NAMES, key_from="x")
    assert here.address == "http://127.0.0.1:9/ark"
    assert here.has("ARK_API_KEY")
    assert "real-key" not in here.key("ARK_API_KEY").reveal().replace("no-real-key", "")


def test_a_base_address_can_be_another(tmp_path: Path) -> None:
    found = read(tmp_path, '[providers.ark]\naddress = "https://ark.cn.test/api/v3/"')
    assert account("ark", found, address="https://ark.test", key_names=NAMES, key_from="x").address.endswith("/api/v3")


@pytest.mark.parametrize("text", ["two words", "tab\there", "curly “quotes”", "new\nline"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    here = account("ark", read(tmp_path, ARK_API_KEY=text), address="https://a.test", key_names=NAMES, key_from="x")
    with pytest.raises(BadKey, match="is no key") as caught:
        here.key("ARK_API_KEY")
    assert text not in caught.value.message + caught.value.hint
