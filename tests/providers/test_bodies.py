"""What each service is sent, field by field, and how it is read where the rehearsal has no fault for it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    ContentOutput,
    Credit,
    ModelRetired,
    NoSuchJob,
    Protocol,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
)
from unplastic.providers import connect
from unplastic.providers.provider import Job, Phase, PortraitRequest, Provider, Reference, VideoRequest
from unplastic.providers.upload import measured
from unplastic.secret import Secret
from unplastic.settings import Settings

KEYS = {
    name: Secret(f"key-of-{name}", name)
    for name in (
        "ARK_API_KEY", "FAL_KEY", "KLING_API_KEY", "GEMINI_API_KEY", "RECRAFT_API_TOKEN", "RUNWAYML_API_SECRET",
        "TOPAZ_API_KEY", "GOOGLE_CLOUD_ACCESS_TOKEN",
    )
}  # fmt: skip
QUEUED = "https://queue.fal.run/bytedance/seedance-2.0/requests/r-1"
ANSWERS = {
    "ark": {"id": "cgt-1"},
    "fal": {
        "request_id": "r-1",
        "status_url": f"{QUEUED}/status",
        "response_url": QUEUED,
        "cancel_url": f"{QUEUED}/cancel",
    },
    "kling": {"code": 0, "data": {"id": "k-1", "status": "submitted"}},
    "omni": {"id": "v1_1", "status": "queued"},
    "recraft": {"created": 1795391940, "credits": 250, "data": [{"image_id": "i-1", "url": "https://img.test/1.png"}]},
    "runway": {"id": "t-1", "estimatedCost": {"credits": 60}},
    "veo": {"name": "projects/p/operations/o-1"},
}
SHOT = VideoRequest("", "Rain on a window.", seconds=5, size="720p", seed=42, mark="m" * 32)
LINK = Reference("image", "character", address="https://a.test/mara.png", label="Mara")


class Line:
    """A line that keeps what it was sent and answers what it is told."""

    def __init__(self, answer: Any = None, status: int = 200) -> None:
        self.answer, self.status, self.sent = answer, status, []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(self.status, json=self.answer)

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.sent[-1].content)


def service(name: str, line: Callable[[httpx.Request], httpx.Response], **options: Any) -> Provider:
    settings = Settings(keys=KEYS, options={name: options})
    return connect(name, settings, transport=httpx.MockTransport(line), sleep=lambda _: None)


def sent(name: str, request: Any, **options: Any) -> tuple[str, dict[str, Any]]:
    """(path, body) of the order."""
    line = Line(ANSWERS[name])
    service(name, line, **options).submit(request)
    assert len(line.sent) == 1
    return line.sent[0].url.path, line.body


@pytest.fixture
def frame(tmp_path: Path) -> Reference:
    Image.new("RGB", (64, 36), "grey").save(tmp_path / "frame.png")
    return measured("image", tmp_path / "frame.png", "first_frame")


def test_seedance_says_sound_and_watermark_and_names_references_by_role() -> None:
    mara = replace(LINK, address="asset://a-1")
    wish = replace(SHOT, model="seedance-2.0", references=(mara,), options={"return_last_frame": True})
    path, body = sent("ark", wish)
    assert path == "/api/v3/contents/generations/tasks"
    assert body == {
        "model": "dreamina-seedance-2-0-260128",
        "content": [
            {"type": "text", "text": SHOT.prompt},
            {"type": "image_url", "image_url": {"url": "asset://a-1"}, "role": "reference_image"},
        ],
        "resolution": "720p", "ratio": "16:9", "duration": 5, "watermark": False, "generate_audio": False, "seed": 42,
        "return_last_frame": True,
    }  # fmt: skip


def test_seedance_chooses_its_length_with_minus_one_and_takes_a_frame_inside(frame: Reference) -> None:
    _, body = sent("ark", replace(SHOT, model="seedance-2.0", seconds=None, references=(frame,)))
    assert body["duration"] == -1
    part = body["content"][1]
    assert part["role"] == "first_frame"
    assert part["image_url"]["url"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("references", "path"),
    [((), "text-to-video"), ((LINK,), "reference-to-video"), ((replace(LINK, role="first_frame"),), "image-to-video")],
)
def test_fal_has_an_endpoint_for_each_way(references: tuple, path: str) -> None:
    at, body = sent("fal", replace(SHOT, model="seedance-2.0", references=references))
    assert at == f"/bytedance/seedance-2.0/{path}"
    assert body["duration"] == "5"
    assert body.get("image_urls", body.get("image_url", "none")) in (["https://a.test/mara.png"], LINK.address, "none")


@pytest.mark.parametrize(
    ("model", "wish", "path"),
    [
        ("kling-v3", {"seed": None}, "/fal-ai/kling-video/v3/standard/text-to-video"),
        ("kling-v3", {"seed": None, "size": "1080p"}, "/fal-ai/kling-video/v3/pro/text-to-video"),
        ("kling-v4", {"seed": None, "references": (LINK,)}, "/kling/v4/reference-to-video"),
        ("veo-3.1", {"seconds": 8}, "/fal-ai/veo3.1"),
        ("veo-3.1", {"seconds": 8, "references": (LINK,)}, "/fal-ai/veo3.1/reference-to-video"),
    ],
)
def test_fal_finds_the_endpoint_of_every_family(model: str, wish: dict, path: str) -> None:
    at, body = sent("fal", replace(SHOT, model=model, **wish))
    assert at == path
    if model == "veo-3.1":
        assert body["duration"] == "8s"


def test_fal_is_told_not_to_repeat() -> None:
    line = Line(ANSWERS["fal"])
    service("fal", line).submit(replace(SHOT, model="seedance-2.0"))
    assert line.sent[0].headers["x-fal-no-retry"] == "1"
    assert line.sent[0].headers["authorization"] == "Key key-of-FAL_KEY"


def test_fals_key_follows_no_address_to_another_host() -> None:
    other = ANSWERS["fal"] | {"status_url": "https://elsewhere.test/status"}
    with pytest.raises(Protocol):
        service("fal", Line(other)).submit(replace(SHOT, model="seedance-2.0"))
    job = Job("fal", "r-1", "m", "https://queue.fal.run", {"status": "https://elsewhere.test/status"})
    with pytest.raises(NoSuchJob):
        service("fal", Line()).poll(job)


def test_kling_makes_one_shot_and_carries_the_mark(frame: Reference) -> None:
    path, body = sent("kling", replace(SHOT, model="kling-v3", seed=None))
    assert path == "/text-to-video/kling-3.0"
    assert body["settings"] == {
        "resolution": "720p", "duration": 5, "audio": "off", "multi_shot": False, "aspect_ratio": "16:9",
    }  # fmt: skip
    assert body["options"] == {"watermark_info": {"enabled": False}, "external_task_id": "m" * 32}
    path, body = sent("kling", replace(SHOT, model="kling-v3", seed=None, references=(frame,)))
    assert path == "/image-to-video/kling-3.0"
    assert [each["type"] for each in body["contents"]] == ["prompt", "first_frame"]
    assert "aspect_ratio" not in body["settings"]


def test_kling_omni_names_references_and_elements() -> None:
    clip = Reference("video", address="https://a.test/c.mp4", seconds=5)
    given = (LINK, replace(LINK, address="element://829"), clip)
    wish = replace(SHOT, model="kling-v3-omni", seed=None, prompt="<<<image_1>>> waits.", references=given)
    path, body = sent("kling", wish)
    assert path == "/omni-video/kling-3.0-omni"
    assert body["contents"] == [
        {"type": "prompt", "text": "@image_1 waits."},
        {"type": "refer_image", "url": LINK.address, "id": "image_1"},
        {"type": "element", "element_id": "829", "id": "element_1"},
        {"type": "feature_video", "url": "https://a.test/c.mp4", "id": "video_1"},
    ]


def test_klings_older_paths_have_seconds_as_text_and_bare_base64(frame: Reference) -> None:
    wish = replace(SHOT, model="kling-v2.6", seed=None, negative="plastic", references=(frame,))
    line = Line({"code": 0, "data": {"task_id": "k-1", "task_status": "submitted"}})
    job = service("kling", line).submit(wish).job
    assert line.sent[0].url.path == "/v1/videos/image2video"
    assert (line.body["duration"], line.body["mode"], line.body["negative_prompt"]) == ("5", "std", "plastic")
    assert base64.b64decode(line.body["image"]).startswith(b"\x89PNG")
    done = {"task_id": "k-1", "task_status": "succeed", "final_unit_deduction": "4",
            "task_result": {"videos": [{"url": "https://cdn.test/k.mp4"}]}}  # fmt: skip
    line.answer = {"code": 0, "data": done}
    state = service("kling", line).poll(job)
    assert line.sent[-1].url.path == "/v1/videos/image2video/k-1"
    assert (state.phase, state.charge_usd, state.outputs[0].address) == (
        Phase.SUCCEEDED,
        0.56,
        "https://cdn.test/k.mp4",
    )


def test_kling_signs_a_token_where_there_is_no_key() -> None:
    import jwt

    line = Line(ANSWERS["kling"])
    secret = "s" * 40
    keys = {"KLING_ACCESS_KEY": Secret("access", "a"), "KLING_SECRET_KEY": Secret(secret, "b")}
    kling = connect("kling", Settings(keys=keys), transport=httpx.MockTransport(line))
    kling.submit(replace(SHOT, model="kling-v3", seed=None))
    token = line.sent[0].headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    assert claims["iss"] == "access"
    assert claims["exp"] - claims["nbf"] == 1805


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [(1002, 401, BadKey), (1101, 429, Credit), (1102, 429, Credit), (1302, 429, RateLimit), (1303, 429, Quota),
     (1304, 429, Region), (1301, 400, ContentInput), (1203, 404, ModelRetired)],
)  # fmt: skip
def test_klings_code_counts_and_not_the_status(code: int, status: int, kind: type) -> None:
    with pytest.raises(kind):
        service("kling", Line({"code": code, "message": "no"}, status)).submit(
            replace(SHOT, model="kling-v3", seed=None)
        )


def test_runway_speaks_in_pixels_and_its_version(frame: Reference) -> None:
    line = Line(ANSWERS["runway"])
    wish = replace(SHOT, model="runway-gen4.5", options={"outputFormat": "sdr_rec709_10bit"})
    submission = service("runway", line).submit(wish)
    assert line.sent[0].url.path == "/v1/text_to_video"
    assert line.sent[0].headers["x-runway-version"] == "2024-11-06"
    assert (line.body["ratio"], line.body["outputFormat"]) == ("1280:720", "sdr_rec709_10bit")
    assert "audio" not in line.body
    assert submission.charge_usd == pytest.approx(0.6)
    path, body = sent("runway", replace(wish, references=(frame,)))
    assert path == "/v1/image_to_video"
    assert body["promptImage"][0]["position"] == "first"


def test_runways_turbo_begins_from_a_frame() -> None:
    with pytest.raises(RequestUnfit, match="first frame"):
        sent("runway", replace(SHOT, model="runway-gen4-turbo"))


def test_runways_seedance_keeps_a_portrait_a_reference() -> None:
    path, body = sent("runway", replace(SHOT, model="seedance-2.0", size="1080p", references=(LINK,)))
    assert path == "/v1/text_to_video"
    assert body["references"] == [{"uri": LINK.address}]
    assert (body["ratio"], body["audio"]) == ("1920:1080", False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("SAFETY.INPUT.TEXT", ContentInput), ("SAFETY.OUTPUT.VIDEO", ContentOutput), ("INTERNAL.BAD_OUTPUT.X", Busy)],
)
def test_runways_failures_have_names_and_what_they_cost(code: str, kind: type) -> None:
    told = {"id": "t-1", "status": "FAILED", "failure": "no", "failureCode": code, "cost": {"credits": 60}}
    state = service("runway", Line(told)).poll(Job("runway", "t-1", "m", "https://api.dev.runwayml.com"))
    assert isinstance(state.refusal, kind)
    assert state.charge_usd == pytest.approx(0.6)


def test_veo_goes_to_its_project_and_into_a_folder_of_its_own(frame: Reference) -> None:
    wish = replace(SHOT, model="veo-3.1", seconds=8, negative="retouched", references=(frame,))
    path, body = sent("veo", wish, project="film-1", bucket="gs://mine/veo/")
    model = "/v1/projects/film-1/locations/us-central1/publishers/google/models/veo-3.1-generate-001"
    assert path == f"{model}:predictLongRunning"
    parameters = body["parameters"]
    assert parameters["storageUri"] == f"gs://mine/veo/{'m' * 32}/"
    assert (parameters["durationSeconds"], parameters["negativePrompt"], parameters["generateAudio"]) == (
        8,
        "retouched",
        False,
    )
    assert body["instances"][0]["image"]["mimeType"] == "image/png"


def test_veo_reads_a_bucket_an_error_and_an_empty_success() -> None:
    job = Job(
        "veo", "op-1", "veo-3.1", "https://us-central1-aiplatform.googleapis.com/v1", {"model": "m", "usd": "3.2"}
    )

    def polled(**told: Any):
        return service("veo", Line({"name": "op-1", **told}), project="p").poll(job)

    assert polled().phase is Phase.RUNNING
    done = polled(done=True, response={"videos": [{"gcsUri": "gs://mine/veo/a b.mp4"}]})
    assert done.outputs[0].address == "https://storage.googleapis.com/storage/v1/b/mine/o/veo%2Fa%20b.mp4?alt=media"
    assert done.charge_usd == 3.2
    assert isinstance(polled(done=True, error={"code": 8, "message": "exhausted"}).refusal, RateLimit)
    empty = polled(done=True, response={"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["a face"]})
    assert isinstance(empty.refusal, ContentOutput)
    assert "a face" in empty.refusal.message
    with pytest.raises(BadKey, match="no project"):
        service("veo", Line(ANSWERS["veo"])).submit(replace(SHOT, model="veo-3.1", seconds=8))


def test_omni_runs_in_the_background_and_says_its_task(frame: Reference) -> None:
    path, body = sent("omni", replace(SHOT, model="gemini-omni-1.2-flash"))
    assert path == "/v1/interactions"
    assert body["input"] == SHOT.prompt
    assert body["background"] is True
    assert body["response_format"]["duration"] == "5s"
    assert body["generation_config"] == {"video_config": {"task": "text_to_video"}, "seed": 42}
    _, body = sent("omni", replace(SHOT, model="gemini-omni-1.2-flash", references=(frame,)))
    assert [each["type"] for each in body["input"]] == ["text", "image"]
    assert body["generation_config"]["video_config"]["task"] == "image_to_video"


def test_recraft_is_sent_what_its_model_knows() -> None:
    path, body = sent("recraft", PortraitRequest("recraft-v4.1-pro", "A face.", width_px=1792, height_px=2432, seed=7))
    assert path == "/v1/images/generations"
    assert body == {
        "prompt": "A face.", "model": "recraftv4_1_pro", "size": "1792x2432", "n": 1, "response_format": "url",
        "image_format": "png", "random_seed": 7,
    }  # fmt: skip


def test_recrafts_pictures_are_in_the_job() -> None:
    recraft = service("recraft", Line(ANSWERS["recraft"]))
    wish = PortraitRequest("recraft-v4.1-pro", "A face.", width_px=1792, height_px=2432)
    job = Job.from_json(recraft.submit(wish).job.to_json())
    state = service("recraft", lambda _: pytest.fail("it was asked")).poll(job)
    assert (state.phase, state.charge_usd) == (Phase.SUCCEEDED, 0.25)
    assert state.outputs[0].expires == datetime.fromtimestamp(1795391940, UTC) + timedelta(hours=24)


@pytest.mark.parametrize(("status", "kind"), [(401, BadKey), (402, Credit), (429, RateLimit), (400, Refused)])
def test_recrafts_refusals(status: int, kind: type) -> None:
    wish = PortraitRequest("recraft-v4.1", "A face.")
    with pytest.raises(kind):
        service("recraft", Line({"code": "x", "message": "no"}, status)).submit(wish)
