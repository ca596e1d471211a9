"""Damage that decoders do not notice, found in the packets: failed FFV1 checksums and holes of zeros in NAL units."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_TRAILER_BYTES = 8  # three for the slice's size, one for its state, four for the checksum
_HOLE = bytes(3)


def checker(codec: str, extradata: bytes | None) -> Callable[[Any], bool]:
    """A function that says of one packet whether it is whole, as far as its codec lets anyone tell."""
    if codec == "ffv1":
        return lambda packet: ffv1_is_whole(bytes(packet))
    length_bytes = _nal_length_bytes(codec, extradata or b"")
    if length_bytes:
        return lambda packet: nal_units_are_whole(memoryview(packet), length_bytes)
    return lambda _: True


def ffv1_is_whole(packet: bytes) -> bool:
    """False when a slice's checksum fails (RFC 9043, 4.9.3); True as well where slices carry none.

    FFmpeg's decoder logs the mismatch and fills the slice from the picture before, without an error.
    """
    end = len(packet)
    sums = []
    while end >= _TRAILER_BYTES:
        size = int.from_bytes(packet[end - _TRAILER_BYTES : end - _TRAILER_BYTES + 3], "big") + _TRAILER_BYTES
        if size > end:
            break
        sums.append(_crc(packet[end - size : end]))
        end -= size
    carries_sums = end == 0 or 0 in sums
    return not carries_sums or (end == 0 and not any(sums))


def _crc(data: bytes) -> int:
    """CRC-32 with the most significant bit first and no inversion, from zlib's, which is the mirror image."""
    return ~zlib.crc32(data.translate(_BITS_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF


def _nal_length_bytes(codec: str, extradata: bytes) -> int:
    """Bytes of the length before each NAL unit (ISO/IEC 14496-15); 0 where start codes divide them."""
    if codec == "h264" and len(extradata) > 6 and extradata[0] == 1:
        return (extradata[4] & 3) + 1
    if codec == "hevc" and len(extradata) > 22 and extradata[0] == 1:
        return (extradata[21] & 3) + 1
    return 0


def nal_units_are_whole(packet: memoryview, length_bytes: int) -> bool:
    """False when a NAL unit has three zero bytes inside, which H.264 and H.265 (7.4.1, 7.4.2) forbid.

    Such holes are what an incomplete download leaves; the arithmetic decoders read them without complaint.
    """
    at = 0
    while at + length_bytes <= len(packet):
        size = int.from_bytes(packet[at : at + length_bytes], "big")
        at += length_bytes
        if at + size > len(packet):
            return False
        if _HOLE in bytes(packet[at : at + size]).rstrip(b"\0"):
            return False
        at += size
    return at == len(packet)
