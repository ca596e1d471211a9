"""Whether a request is within a card's limits: looked at before anything is sent.

Each check names what is too much, and how much would do.
"""

from __future__ import annotations

from collections.abc import Sequence

from unplastic.errors import FacePolicy, RequestUnfit, TooLarge, WrongKind
from unplastic.providers.capability import Capability
from unplastic.providers.provider import Media, PortraitRequest, Reference, Request, UpscaleRequest, VideoRequest
from unplastic.providers.refusals import NEXT

LIBRARY = "asset://"
PLURAL: dict[Media, str] = {"image": "pictures", "video": "clips", "audio": "sounds"}


def check(card: Capability, request: Request) -> None:
    """Raises `RequestUnfit`, `TooLarge`, `WrongKind` or `FacePolicy` at the first limit that ``request`` breaks."""
    if isinstance(request, UpscaleRequest):
        _check_source(card, request)
        return
    _check_words(card, request)
    if request.seed is not None and not card.limits.seed:
        raise RequestUnfit(f"{card.title} takes no seed", "leave the seed out")
    if isinstance(request, PortraitRequest):
        _check_portrait(card, request)
    else:
        _check_video(card, request)
    _check_references(card, request.references)


def _check_words(card: Capability, request: VideoRequest | PortraitRequest) -> None:
    if not request.prompt.strip() and not request.references:
        raise RequestUnfit("the prompt is empty", "say what is to be seen")
    most = card.limits.prompt_chars
    if most and len(request.prompt) > most:
        what = f"the prompt has {len(request.prompt)} characters, {card.title} takes {most}"
        raise RequestUnfit(what, "shorten it: unplastic prompt says what can go")
    if request.negative and not card.limits.negative:
        what = f"{card.title} takes no negative prompt"
        raise RequestUnfit(what, "say in the prompt what is to be seen instead; unplastic prompt does that")


def _check_portrait(card: Capability, request: PortraitRequest) -> None:
    if request.count < 1 or (card.limits.pictures and request.count > card.limits.pictures):
        most = card.limits.pictures or "any number of"
        raise RequestUnfit(f"{request.count} pictures at once", f"{card.title} draws 1 to {most} with one order")
    _check_one_of(card, "size", f"{request.width_px}x{request.height_px}", card.limits.sizes)


def _check_video(card: Capability, request: VideoRequest) -> None:
    limits = card.limits
    _check_seconds(card, request.seconds)
    _check_one_of(card, "size", request.size, limits.sizes)
    _check_one_of(card, "aspect", request.aspect, limits.aspects)
    if request.fps is not None and limits.fps and request.fps not in limits.fps:
        raise RequestUnfit(f"{card.title} does not make {request.fps:g} frames per second", _choice(limits.fps))
    if request.audio and limits.audio == "never":
        raise RequestUnfit(f"{card.title} makes no sound", "order it without sound")


def _check_seconds(card: Capability, seconds: float | None) -> None:
    known = card.limits.seconds
    if seconds is None:
        if not card.limits.seconds_free:
            raise RequestUnfit(f"{card.title} does not choose the length itself", "say how many seconds")
        return
    if known is None:
        return
    is_in = seconds in known if card.limits.seconds_listed else known[0] <= seconds <= known[-1]
    if not is_in:
        says = _choice(known) if card.limits.seconds_listed else f"it makes {known[0]:g} to {known[-1]:g} seconds"
        raise RequestUnfit(f"{card.title} does not make {seconds:g} seconds", says)
    if not float(seconds).is_integer():
        raise RequestUnfit(f"{card.title} makes whole seconds, not {seconds:g}", f"say {round(seconds)}")


def _check_one_of(card: Capability, what: str, wanted: str, known: Sequence[str] | None) -> None:
    if known is not None and wanted not in known:
        raise RequestUnfit(f"{card.title} does not make the {what} {wanted}", _choice(known))


def _choice(known: Sequence[object]) -> str:
    return "choose among " + ", ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in known)


def _check_references(card: Capability, references: Sequence[Reference]) -> None:
    limits = card.limits
    frames = [each for each in references if each.role in {"first_frame", "last_frame"}]
    free = [each for each in references if each not in frames]
    _check_frames(card, frames, has_others=bool(free))
    counts: tuple[tuple[Media, int | None], ...] = (
        ("image", limits.images), ("video", limits.videos), ("audio", limits.sounds),
    )  # fmt: skip
    for media, most in counts:
        count = sum(each.media == media for each in free)
        if most is not None and count > most:
            raise RequestUnfit(f"{count} {PLURAL[media]} as references, {card.title} takes {most}", "leave some out")
    if limits.files is not None and len(references) > limits.files:
        raise RequestUnfit(f"{len(references)} files, {card.title} takes {limits.files}", "leave some out")
    for each in references:
        _check_file(card, each)
    _check_length(card, "video", references, limits.video_seconds_all)
    _check_length(card, "audio", references, limits.sound_seconds_all)


def _check_frames(card: Capability, frames: Sequence[Reference], *, has_others: bool) -> None:
    for role, is_taken in (("first_frame", card.limits.first_frame), ("last_frame", card.limits.last_frame)):
        given = [each for each in frames if each.role == role]
        words = role.replace("_", " ")
        if given and not is_taken:
            raise RequestUnfit(f"{card.title} takes no {words}", "give it as a reference, or choose another model")
        if len(given) > 1:
            raise RequestUnfit(f"{len(given)} pictures are the {words}", "give one")
        if any(each.media != "image" for each in given):
            raise WrongKind(f"the {words} is no picture", "give a PNG or JPEG")
    if frames and has_others and card.limits.frames_exclude_references:
        what = f"{card.title} takes a first or last frame, or references, and not both"
        raise RequestUnfit(what, "leave one kind out")


def _check_file(card: Capability, reference: Reference) -> None:
    limits = card.limits
    most = {"image": limits.image_megabytes, "video": limits.video_megabytes, "audio": limits.sound_megabytes}
    megabytes, limit = reference.bytes / 1e6, most[reference.media]
    name = reference.path.name if reference.path else reference.label or reference.address
    if limit is not None and megabytes > limit:
        raise TooLarge(f"{name} has {megabytes:.1f} MB, {card.title} takes {limit:g} MB", NEXT[TooLarge])
    if reference.media == "video" and limits.video_seconds and reference.seconds:
        low, high = limits.video_seconds
        if not low <= reference.seconds <= high:
            what = f"{name} lasts {reference.seconds:.1f} s, {card.title} takes clips of {low:g} to {high:g} s"
            raise TooLarge(what, "cut it to length")
    if limits.faces_need_library and reference.role == "character" and not reference.address.startswith(LIBRARY):
        raise FacePolicy(f"{card.title} takes the face of {name} only from its library", NEXT[FacePolicy])


def _check_length(card: Capability, media: Media, references: Sequence[Reference], most: float | None) -> None:
    total = sum(each.seconds for each in references if each.media == media)
    if most is not None and total > most:
        what = f"the {PLURAL[media]} last {total:.1f} s together, {card.title} takes {most:g} s"
        raise TooLarge(what, "cut them, or leave some out")


def _check_source(card: Capability, request: UpscaleRequest) -> None:
    source = request.source
    if source.media != "video":
        raise WrongKind(f"{source.path or source.address} is no clip", "give a clip")
    if not (source.bytes and source.seconds and source.width_px and source.height_px):
        raise RequestUnfit("the clip was not measured", "give its bytes, seconds, width and height")
    if request.width_px < source.width_px or request.height_px < source.height_px:
        what = f"{request.width_px}x{request.height_px} is smaller than the clip"
        raise RequestUnfit(what, "ask for a larger picture")
    if card.limits.frames is not None and request.frames > card.limits.frames:
        raise TooLarge(f"the clip has {request.frames} frames, {card.title} takes {card.limits.frames}", "cut it")
    _check_file(card, source)
