"""Manifests: the source's is the parent, our edits are said, generated stays generated, nothing is half signed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import c2pa
import pytest

from shipping import certificate
from unplastic.deliver.provenance import GENERATED, actions_for, origin_of, seal, with_mark
from unplastic.deliver.signing import Certificate, read_certificate
from unplastic.errors import ProvenanceError
from unplastic.media import probe
from unplastic.media.metadata import manifests_of, xmp_of


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return read_certificate(*certificate(tmp_path_factory.mktemp("pem")))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, shot_file: Path, signer: Certificate) -> Path:
    """A clip as a generator's service signs it."""
    path = tmp_path_factory.mktemp("signed") / "sh010.mp4"
    statement = {
        "claim_generator_info": [{"name": "a generator"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": GENERATED}]},
            }
        ],
    }
    c2pa.Builder(json.dumps(statement)).sign_file(str(shot_file), str(path), signer.signer())
    return path


def manifest(path: Path) -> tuple[dict, dict]:
    with c2pa.Reader(str(path)) as reader:
        whole = json.loads(reader.json())
    return whole, whole["manifests"][whole["active_manifest"]]


def sealed(folder: Path, source: Path, certificate: Certificate | None, suffix: str = ".mp4", **options: bool):
    origin = origin_of(source, **options)
    path = folder / f"out{suffix}"
    shutil.copy(Path(options.get("of", source)), path)
    actions = actions_for(["grade", "grain"], look="fine-35mm", upscaled=None, origin=origin)
    return path, seal(path, origin, actions, certificate, name=f"sh010{suffix}")


def test_a_generated_source_says_so(generated: Path, shot_file: Path) -> None:
    origin = origin_of(generated)
    assert origin.is_generated
    assert origin.state == "Valid"
    assert origin.manifests == manifests_of(generated)
    assert not origin_of(shot_file).is_generated
    assert origin_of(shot_file, generated=True).is_generated


def test_the_source_is_the_parent_and_our_edits_are_said(
    generated: Path, shot_file: Path, signer: Certificate, tmp_path: Path
) -> None:
    origin = origin_of(generated)
    path = tmp_path / "out.mp4"
    shutil.copy(shot_file, path)
    before = generated.read_bytes()
    actions = actions_for(["grade", "grain"], look="fine-35mm", upscaled="neural", origin=origin)
    assert seal(path, origin, actions, signer, name="sh010.mp4").how == "signed"
    whole, mine = manifest(path)
    assert whole["validation_state"] in {"Valid", "Trusted"}
    (parent,) = mine["ingredients"]
    assert (parent["relationship"], parent["title"]) == ("parentOf", "sh010.mp4")
    assert parent["active_manifest"] in whole["manifests"]
    said = next(each["data"]["actions"] for each in mine["assertions"] if each["label"].startswith("c2pa.actions"))
    assert [each["action"] for each in said] == [
        "c2pa.opened", "c2pa.resized", "c2pa.color_adjustments", "c2pa.filtered", "c2pa.transcoded",
    ]  # fmt: skip
    assert said[0]["digitalSourceType"] == GENERATED
    assert generated.read_bytes() == before
    assert GENERATED.encode() in (xmp_of(path) or b"")
    assert origin_of(path).is_generated, "and so does whatever is made of it"
    assert probe(path).frames == 24
    assert list(tmp_path.iterdir()) == [path]


def test_a_source_without_a_manifest_is_a_parent_too(shot_file: Path, signer: Certificate, tmp_path: Path) -> None:
    path, told = sealed(tmp_path, shot_file, signer)
    assert told.how == "signed"
    whole, mine = manifest(path)
    assert whole["validation_state"] in {"Valid", "Trusted"}
    assert mine["ingredients"][0]["relationship"] == "parentOf"
    assert GENERATED not in json.dumps(whole)


def test_without_a_certificate_it_lies_beside(generated: Path, shot_file: Path, tmp_path: Path) -> None:
    origin = origin_of(generated)
    path = tmp_path / "out.mov"
    shutil.copy(shot_file, path)
    told = seal(path, origin, actions_for(["grain"], look="x", upscaled=None, origin=origin), None, name="sh010.mov")
    assert told.how == "beside"
    assert any("no certificate" in note for note in told.notes)
    store, statement = told.files
    assert store.read_bytes() == origin.manifests
    said = json.loads(statement.read_text())
    assert said["signed"] is False
    assert said["ingredients"][0]["relationship"] == "parentOf"


def test_an_ordinary_clip_without_a_certificate_needs_nothing(shot_file: Path, tmp_path: Path) -> None:
    path, told = sealed(tmp_path, shot_file, None)
    assert (told.how, told.files) == ("none", ())
    assert path.read_bytes() == shot_file.read_bytes()


def test_a_manifest_that_cannot_be_read_is_an_error(generated: Path, tmp_path: Path) -> None:
    broken = bytearray(generated.read_bytes())
    at = broken.find(b"jumb")
    broken[at + 20 : at + 400] = bytes(380)
    path = tmp_path / "broken.mp4"
    path.write_bytes(broken)
    with pytest.raises(ProvenanceError, match="cannot be read"):
        origin_of(path)


def test_a_file_changed_after_signing_is_told(generated: Path, tmp_path: Path) -> None:
    changed = bytearray(generated.read_bytes())
    changed[-50] ^= 1
    path = tmp_path / "changed.mp4"
    path.write_bytes(changed)
    assert origin_of(path).state == "Invalid"


def test_certificates_that_cannot_sign(tmp_path: Path) -> None:
    for name in ("old", "early", "good"):
        (tmp_path / name).mkdir()
    old = certificate(tmp_path / "old", days=(-30, -1))
    early = certificate(tmp_path / "early", days=(5, 30))
    good = certificate(tmp_path / "good")
    for chain, key, said in (
        (*old, "expired on"), (*early, "is valid from"), (good[0], old[1], "is not the key"),
        (good[1], good[1], "cannot be read"), (tmp_path / "none.pem", good[1], "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(ProvenanceError, match=said):
            read_certificate(chain, key)


def test_the_mark_in_xmp() -> None:
    packet = "<x:xmpmeta><rdf:RDF xmlns:rdf='r'><rdf:Description/></rdf:RDF></x:xmpmeta>"
    marked = with_mark(packet)
    assert marked.count("DigitalSourceType") == 2
    assert marked.startswith(packet.partition("</rdf:RDF>")[0])
    assert with_mark(marked) == marked
