"""The user's certificate: read, checked before any work is done, and used for every file of a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from unplastic.errors import ProvenanceError

ELLIPTIC = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A chain of certificates, the signer's first, and its private key, both PEM. ``name`` is who signs."""

    name: str
    algorithm: str
    chain: bytes
    key: bytes

    def signer(self) -> Any:
        """A signer of c2pa-python; no time stamp is asked of anybody."""
        c2pa: Any = import_module("c2pa")
        algorithm = getattr(c2pa.C2paSigningAlg, self.algorithm)
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, self.chain, self.key, None))


def read_certificate(chain: Path, key: Path, *, now: datetime | None = None) -> Certificate:
    """The certificate in ``chain`` with the private key in ``key``.

    Raises `ProvenanceError` for one that is missing, broken, expired, not valid yet, or another key's.
    """
    x509, serialization = (
        import_module("cryptography.x509"),
        import_module("cryptography.hazmat.primitives.serialization"),
    )
    pem, secret = _read(chain, "certificate"), _read(key, "key")
    try:
        first = x509.load_pem_x509_certificates(pem)[0]
        private = serialization.load_pem_private_key(secret, None)
    except (ValueError, TypeError) as trouble:
        raise ProvenanceError(
            f"{chain.name} or {key.name} cannot be read ({' '.join(str(trouble).split())[:120]})",
            "give a PEM chain, the signer first, and a PEM key without a password",
        ) from trouble
    moment = now or datetime.now(UTC)
    if moment > first.not_valid_after_utc:
        raise ProvenanceError(f"{chain.name} expired on {first.not_valid_after_utc:%Y-%m-%d}", "renew the certificate")
    if moment < first.not_valid_before_utc:
        raise ProvenanceError(
            f"{chain.name} is valid from {first.not_valid_before_utc:%Y-%m-%d} on", "wait, or use another"
        )
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*form) != first.public_key().public_bytes(*form):
        raise ProvenanceError(f"{key.name} is not the key of {chain.name}", "give the key that belongs to it")
    return Certificate(first.subject.rfc4514_string(), _algorithm(private, key), pem, secret)


def _algorithm(private: Any, path: Path) -> str:
    curve = getattr(getattr(private, "curve", None), "name", "")
    if curve in ELLIPTIC:
        return ELLIPTIC[curve]
    kind = type(private).__name__
    if "RSA" in kind:
        return "PS256"
    if "Ed25519" in kind:
        return "ED25519"
    raise ProvenanceError(f"{path.name}: C2PA knows no keys of that kind ({kind})", "use ECDSA, RSA or Ed25519")


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise ProvenanceError(f"{path}: the {what} cannot be read ({trouble.strerror})", "check the path") from trouble
