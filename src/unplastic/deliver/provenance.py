"""Where a picture comes from, said on: the source's manifest as parent, our own edits, and that it was generated.

C2PA 2.1. Without a certificate nothing can be signed: the source's manifests and the statement that would have been
signed then lie beside the file, and the report says so. Nothing here hides anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import unplastic
from unplastic.deliver.signing import Certificate
from unplastic.errors import ProvenanceError
from unplastic.media.metadata import manifests_of, put_xmp, xmp_of

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = f"{SOURCE_TYPE}trainedAlgorithmicMedia"
ENHANCED = f"{SOURCE_TYPE}algorithmicallyEnhanced"
MIME = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".avi": "video/avi"}
ACTIONS = {"grade": "c2pa.color_adjustments", "texture": "c2pa.edited"}
PARENT = "parent"
EMPTY_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a source: whether it says itself that it was generated, and what it carries.

    ``manifests`` is its C2PA store as it lies in the file, ``state`` what the library says of it ("Valid", "Invalid").
    """

    path: Path
    is_generated: bool
    manifests: bytes | None
    state: str | None
    xmp: bytes | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """How one delivered file says where it comes from: ``signed``, or ``beside``, or nothing to say."""

    how: str
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def origin_of(path: Path, *, generated: bool = False) -> Origin:
    """Read a source's provenance; ``generated`` says that somebody knows. Raises `ProvenanceError` for a broken one."""
    told, state = _read(path)
    xmp = xmp_of(path)
    says = GENERATED in told or GENERATED.encode() in (xmp or b"")
    return Origin(path, generated or says, manifests_of(path), state, xmp)


def seal(
    path: Path, origin: Origin, actions: Sequence[dict[str, Any]], certificate: Certificate | None, *, name: str
) -> Sealed:
    """Give the finished file ``path``, which nobody has seen yet, its XMP and its manifest; ``name`` is its final one.

    Raises `ProvenanceError` when a certificate does not sign.
    """
    notes = [*_write_xmp(path, origin)]
    if path.suffix not in MIME:
        if origin.manifests or certificate:
            notes.append(f"{path.suffix[1:]} files carry no manifest: it lies beside")
        return _beside(path, origin, actions, name, notes)
    if certificate is None and not origin.manifests and not origin.is_generated:
        return Sealed("none", (), tuple(notes))
    if certificate is None or origin.path.suffix.lower() not in MIME:
        kind = origin.path.suffix[1:]
        why = "there is no certificate (--certificate, --key)" if certificate is None else f"C2PA knows no {kind} files"
        notes.append(f"not signed: {why}")
        return _beside(path, origin, actions, name, notes)
    _sign(path, origin, actions, certificate, name)
    return Sealed("signed", (), tuple(notes))


def actions_for(names: Sequence[str], *, look: str, upscaled: str | None, origin: Origin) -> list[dict[str, Any]]:
    """Our edits as C2PA actions, in their order."""
    agent = {"name": "unplastic", "version": unplastic.__version__}
    opened: dict[str, Any] = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}}
    if origin.is_generated:
        opened["digitalSourceType"] = GENERATED
    found = [opened]
    if upscaled:
        made = {"digitalSourceType": ENHANCED} if upscaled == "neural" else {}
        found.append({"action": "c2pa.resized", "softwareAgent": agent, "description": f"enlarged: {upscaled}", **made})
    found += [
        {"action": ACTIONS.get(name, "c2pa.filtered"), "softwareAgent": agent, "description": f"{name} ({look})"}
        for name in names
    ]
    return [*found, {"action": "c2pa.transcoded", "softwareAgent": agent}]


def statement(actions: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """The manifest of a file, without its ingredient."""
    return {
        "claim_generator_info": [{"name": "unplastic", "version": unplastic.__version__}],
        "title": name,
        "format": MIME.get(Path(name).suffix, "application/octet-stream"),
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(actions)}}],
    }


def with_mark(xmp: str) -> str:
    """An XMP packet that says that its picture was generated (IPTC Photo Metadata, Digital Source Type)."""
    if "DigitalSourceType" in xmp or "</rdf:RDF>" not in xmp:
        return xmp
    mark = (
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{GENERATED}</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
    )
    return xmp.replace("</rdf:RDF>", f"{mark}</rdf:RDF>", 1)


def _read(path: Path) -> tuple[str, str | None]:
    """(the manifests as JSON, their state), or ("", None) for a file without."""
    if path.suffix.lower() not in MIME:
        return "", None
    c2pa: Any = import_module("c2pa")
    try:
        with path.open("rb") as file, c2pa.Reader(MIME[path.suffix.lower()], file) as reader:
            text = reader.json()
            return text, json.loads(text).get("validation_state")
    except c2pa.C2paError.ManifestNotFound:
        return "", None
    except (c2pa.C2paError, ValueError) as trouble:
        if manifests_of(path) is None:
            return "", None
        raise ProvenanceError(
            f"{path}: its manifest cannot be read ({' '.join(str(trouble).split())[:120]})",
            "get the file again from where it was made: what cannot be read cannot be carried on",
        ) from trouble


def _write_xmp(path: Path, origin: Origin) -> list[str]:
    packet = origin.xmp
    if origin.is_generated:
        text = packet.decode("utf-8", "replace") if packet else EMPTY_XMP
        packet = with_mark(text).encode()
    if packet and not put_xmp(path, packet):
        return [f"{path.suffix[1:]} files have no place for XMP"]
    return []


def _sign(path: Path, origin: Origin, actions: Sequence[dict[str, Any]], certificate: Certificate, name: str) -> None:
    """Sign into a new file that takes the old one's place; a file that was signed before is never touched."""
    c2pa: Any = import_module("c2pa")
    signed = path.with_name(f"{path.stem}.signed{path.suffix}")
    ingredient = {"title": origin.path.name, "relationship": "parentOf", "instance_id": PARENT, "label": PARENT}
    try:
        with c2pa.Builder(json.dumps(statement(actions, name))) as builder:
            with origin.path.open("rb") as source:
                builder.add_ingredient(json.dumps(ingredient), MIME[origin.path.suffix.lower()], source)
            builder.sign_file(str(path), str(signed), certificate.signer())
        signed.replace(path)
    except c2pa.C2paError as trouble:
        raise ProvenanceError(
            f"{name} could not be signed ({' '.join(str(trouble).split())[:160]})",
            "C2PA wants a chain whose first certificate may sign documents",
        ) from trouble
    finally:
        signed.unlink(missing_ok=True)


def _beside(path: Path, origin: Origin, actions: Sequence[dict[str, Any]], name: str, notes: list[str]) -> Sealed:
    files = []
    if origin.manifests:
        store = path.with_name(f"{Path(name).stem}.source.c2pa")
        store.write_bytes(origin.manifests)
        files.append(store)
        notes.append(f"the source's manifest lies beside it as {store.name}")
    if origin.manifests or origin.is_generated:
        said = path.with_name(f"{Path(name).stem}.manifest.json")
        document = statement(actions, name) | {
            "ingredients": [{"title": origin.path.name, "relationship": "parentOf"}], "signed": False,
        }  # fmt: skip
        said.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        files.append(said)
    return Sealed("beside" if files else "none", tuple(files), tuple(notes))
