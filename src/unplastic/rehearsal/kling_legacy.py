"""What Kling's legacy paths accept: the fields of ``/v1/videos/...`` and of elements."""

from __future__ import annotations

from typing import Any

from unplastic.rehearsal.wire import Json, Refused, check_choice, check_fields, check_text

FIELDS = {
    "aspect_ratio", "callback_url", "camera_control", "cfg_scale", "duration", "element_list", "external_task_id",
    "image", "image_list", "image_tail", "mode", "model_name", "multi_prompt", "multi_shot", "negative_prompt",
    "prompt", "shot_type", "sound", "video_list", "voice_list", "watermark_info",
}  # fmt: skip
RESOLUTIONS = {"std": "720p", "pro": "1080p", "4k": "4k"}


def check_legacy(kind: str, body: Json, models: list[str]) -> str:
    """The resolution that the mode means; raises `Refused` for whatever the service would refuse."""
    check_fields(body, FIELDS)
    model = body.get("model_name", "kling-v1")
    if model not in models:
        raise Refused("model-retired", str(model))
    check_choice(body, "mode", ("std", "pro", "4k") if model.startswith("kling-v3") else ("std", "pro"))
    is_three = model.startswith("kling-v3")
    check_choice(body, "duration", tuple(str(s) for s in range(3, 16)) if is_three else ("5", "10"))
    check_choice(body, "aspect_ratio", ("16:9", "9:16", "1:1"))
    check_choice(body, "sound", ("on", "off"))
    check_text(body, "negative_prompt", 2500)
    check_text(body, "prompt", 2500, required=kind == "text2video" and not body.get("multi_prompt"))
    if "cfg_scale" in body and not model.startswith("kling-v1"):
        raise Refused("malformed", "cfg_scale is not supported by this model")
    if kind == "image2video":
        _check_image(body.get("image"), "image")
    if body.get("image_tail"):
        _check_image(body["image_tail"], "image_tail")
    _check_lists(body)
    return RESOLUTIONS[body.get("mode", "std")]


def _check_image(value: Any, where: str) -> None:
    """An address, or bare base64."""
    if not isinstance(value, str) or not value or value.startswith("data:"):
        raise Refused("malformed", f"{where} must be an address, or base64 without a data: prefix")


def _check_lists(body: Json) -> None:
    videos = body.get("video_list") or []
    if len(videos) > 1 or (videos and body.get("sound") == "on"):
        raise Refused("malformed", "one video, and sound off beside it")
    if len(body.get("image_list") or []) > (4 if videos else 7):
        raise Refused("malformed", "too many images")
    if len(body.get("element_list") or []) > 3:
        raise Refused("malformed", "at most 3 elements")
    if len(body.get("multi_prompt") or []) > 6:
        raise Refused("malformed", "at most 6 shots")


def check_element(body: Json) -> None:
    """Raises `Refused` for an element that the service would refuse."""
    check_text(body, "element_name", 20, required=True)
    check_text(body, "element_description", 100, required=True)
    check_choice(body, "reference_type", ("image_refer", "video_refer"))
    pictures = body.get("element_image_list")
    if body.get("reference_type") != "video_refer":
        if not isinstance(pictures, dict) or not pictures.get("refer_images"):
            raise Refused("malformed", "element_image_list needs frontal_image and refer_images")
        _check_image(pictures.get("frontal_image"), "frontal_image")
        for each in pictures["refer_images"]:
            _check_image(each["image_url"], "image_url")
