"""A shot with flat areas, and a certificate made on the fly: what the tests of deliveries share."""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from scipy.ndimage import gaussian_filter

from unplastic.cli.app import app
from unplastic.cli.outcome import guarded

WIDTH, HEIGHT, FRAMES = 384, 256, 24


def write_shot(
    path: Path,
    *,
    rate: Fraction = Fraction(24),
    frames: int = FRAMES,
    timecode: str = "01:00:00:00",
    sound: bool = True,
) -> Path:
    """A locked-off shot of soft shades with a moving disc, sound, timecode and tags."""
    rng = np.random.default_rng(5)
    shade = 70 + 90 * np.linspace(0, 1, WIDTH)[None] + 3 * gaussian_filter(rng.standard_normal((HEIGHT, WIDTH)), 6) * 20
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=rate, options={"crf": "8", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 1, 1, 1, 1
        if timecode:
            stream.metadata["timecode"] = timecode
        output.metadata["title"] = "A shot"
        voice: Any = output.add_stream("aac", rate=48_000) if sound else None
        for index in range(frames):
            disc = (columns - 60 - 4 * index) ** 2 + (rows - 130) ** 2 < 1600
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            luma = np.clip(np.where(disc, 190, shade), 16, 235).astype(np.uint8)
            for plane, values in zip(frame.planes, (luma, 100, 162), strict=True):
                held: Any = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)
                held[:, : plane.width] = values
            frame.colorspace, frame.color_range = 1, 1
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        for start in range(0, round(48_000 * frames / rate) - 1023, 1024) if voice else ():
            tone = (8000 * np.sin(np.arange(start, start + 1024) / 20)).astype(np.int16)
            sample = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], format="s16", layout="stereo")
            sample.sample_rate, sample.pts = 48_000, start
            output.mux(voice.encode(sample))
        if voice:
            output.mux(voice.encode(None))
    return path


def certificate(folder: Path, *, days: tuple[int, int] = (-1, 30)) -> tuple[Path, Path]:
    """A chain of a root and a signer, and the signer's key: valid from and until so many days from now."""
    now = datetime.now(UTC)
    begin, end = (now + timedelta(days=each) for each in days)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Root")])
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Test Signer"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
    )
    wide = timedelta(days=1)
    root = _certificate(root_name, root_name, root_key, root_key, (begin - wide, end + wide), is_root=True)
    leaf = _certificate(name, root_name, key, root_key, (begin, end), is_root=False)
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, root)))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(*form))
    return chain, secret


def _certificate(name: Any, issuer: Any, key: Any, signing: Any, valid: Any, *, is_root: bool) -> Any:
    usage = [False] * 9
    usage[0] = True
    usage[5] = usage[6] = is_root
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.KeyUsage(*usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if not is_root:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return built.sign(signing, hashes.SHA256())


def delivered_by(*words: str | Path) -> tuple[int, str]:
    """``unplastic deliver`` with these words, in this process: exit code, and all that was said."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = guarded(lambda: app(["deliver", *map(str, words)], standalone_mode=False))
    return code, out.getvalue()
