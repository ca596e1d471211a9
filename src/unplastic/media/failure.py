"""From the decoder's and encoder's complaints to errors that tell a film maker what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import av.logging
from av.error import FFmpegError

from unplastic.errors import ClipDamaged, ClipMissing, ClipUnreadable, ResultUnwritable, UnplasticError

av.logging.set_level(None)
os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes its banner to stderr unless told to report errors only


AGAIN = "download or generate the clip again"


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss.mmm."""
    milliseconds = max(0, round(seconds * 1000))
    seconds_whole, fraction = divmod(milliseconds, 1000)
    return f"{seconds_whole // 3600}:{seconds_whole // 60 % 60:02}:{seconds_whole % 60:02}.{fraction:03}"


def damaged(path: Path, seconds: float, detail: str) -> ClipDamaged:
    """The picture data is broken at that time."""
    return ClipDamaged(
        f"{path}: the picture is damaged at {clock(seconds)} ({detail})",
        f"{AGAIN}; a master with hidden damage helps nobody",
    )


def unreadable(path: Path, trouble: BaseException) -> UnplasticError:
    """Why ``path`` could not be opened as a clip."""
    number = getattr(trouble, "errno", None)
    if isinstance(trouble, FileNotFoundError) or number == errno.ENOENT:
        return ClipMissing(f"{path}: no such file", "check the name and the folder")
    if isinstance(trouble, PermissionError) or number in (errno.EACCES, errno.EPERM):
        return ClipMissing(
            f"{path}: no permission to read it", "change its permissions, or copy it to a folder of yours"
        )
    return ClipUnreadable(
        f"{path}: not a video that can be read ({said(trouble)})", "check that it plays; export it as MP4 or MOV"
    )


def unwritable(path: Path, trouble: BaseException) -> UnplasticError:
    """Why ``path`` could not be written."""
    if isinstance(trouble, UnplasticError):
        return trouble
    number = getattr(trouble, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ResultUnwritable(
            f"{path.parent}: the disk is full", "free some space, or choose another folder with --out"
        )
    if number == errno.ENAMETOOLONG:
        return ResultUnwritable(f"{path.name}: the name is too long for this disk", "give the clip a shorter name")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT):
        return ResultUnwritable(
            f"{path.parent}: cannot be written to ({said(trouble)})", "choose another folder with --out"
        )
    return ResultUnwritable(
        f"{path.name}: the encoder refuses it ({said(trouble)})", "try another master: --master ffv1 takes any picture"
    )


def said(trouble: BaseException) -> str:
    """The shortest true words of an error: FFmpeg's own when there are any."""
    if isinstance(trouble, FFmpegError) and trouble.strerror:
        return trouble.strerror.lower()
    return getattr(trouble, "strerror", None) or str(trouble) or type(trouble).__name__
