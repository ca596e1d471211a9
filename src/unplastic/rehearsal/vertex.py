"""Veo on Google Cloud: long-running operations that are polled by POST, and refusals that look like success.

Source: google-genai 3.4.0 and docs.cloud.google.com (veo 3.1), read on 22 November 2026.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.google_errors import google_refusal
from unplastic.rehearsal.stage import Job, Stage, tables
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, check_choice, check_fields, check_whole, told

MODEL = "/projects/{project}/locations/{location}/publishers/google/models/{model}"
INSTANCE = {"prompt", "image", "lastFrame", "video", "referenceImages", "mask"}
PARAMETERS = {
    "aspectRatio", "compressionQuality", "durationSeconds", "enhancePrompt", "fps", "generateAudio", "negativePrompt",
    "personGeneration", "pubsubTopic", "resizeMode", "resolution", "sampleCount", "seed", "storageUri",
}  # fmt: skip
REASON = "The prompt could not be submitted. This prompt contains words that violate Google's Responsible AI practices."


@dataclass(frozen=True)
class Vertex:
    """``/vertex/v1/projects/.../models/{model}:predictLongRunning``, also under ``v1beta1``."""

    name: ClassVar[str] = "vertex"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Create and poll. There is neither a list nor a cancel; a bucket's files lie under ``/storage``."""
        found = []
        for version in ("/v1", "/v1beta1"):
            found += [
                Route("POST", f"{version}{MODEL}:predictLongRunning", "create", self._create),
                Route("POST", f"{version}{MODEL}:fetchPredictOperation", "poll", self._poll),
            ]
        bucket = Route("GET", "/storage/{bucket}/{object:path}", "fetch", self._object)
        listing = Route("GET", "/storage/v1/b/{bucket}/o", "list", self._objects)
        return (*found, listing, bucket)

    def unlock(self, call: Call) -> None:
        """An OAuth bearer token."""
        call.bearer()

    def refusal(self, why: Refused) -> Reply:
        """``{"error": {"code", "message", "status"}}``."""
        return google_refusal(why)

    def _create(self, call: Call) -> Reply:
        body, model = call.json(), call.path["model"]
        price = tables("vertex")["models"].get(model)
        if price is None:
            raise Refused("model-retired", f"Publisher Model `{model}` was not found or your project has no access.")
        parameters = _check(body, price["usd_per_second"])
        path = MODEL.format(**call.path).lstrip("/")
        job = self.stage.take(call, "vertex", model, ("running", "running", "done"), body, str(uuid4()))
        job.notes["name"] = f"{path}/operations/{job.id}"
        if job.ending in ("", "never", "strange"):
            seconds, count = parameters.get("durationSeconds", 8), parameters.get("sampleCount", 1)
            usd = seconds * count * price["usd_per_second"][parameters.get("resolution", "720p")]
            self.stage.charge(job, usd, seconds * count, "seconds")
        return told({"name": job.notes["name"]})

    def _poll(self, call: Call) -> Reply:
        name = str(call.json().get("operationName"))
        job = self.stage.find("vertex", name.rsplit("/", 1)[-1])
        if job.notes["name"] != name:
            raise Refused("unknown", "no such operation")
        if self.stage.poll(job) != "done":
            return told({"name": name})
        if job.ending in ("fails", "expires"):
            return told({"name": name, "done": True, "error": {"code": 13, "message": "Internal error."}})
        kind = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
        return told({"name": name, "done": True, "response": {"@type": kind} | self._videos(job)})

    def _videos(self, job: Job) -> Json:
        parameters = job.request.get("parameters") or {}
        count = parameters.get("sampleCount", 1)
        if job.ending in ("filtered", "content-output"):
            return {"raiMediaFilteredCount": count, "raiMediaFilteredReasons": [REASON] * count}
        bucket = parameters.get("storageUri", "")
        clip = self.stage.shelf.clip(job.turn)
        if bucket:
            videos = [{"gcsUri": f"{bucket.rstrip('/')}/{job.id}/sample_{n}.mp4"} for n in range(count)]
        else:
            videos = [{"bytesBase64Encoded": base64.b64encode(clip.read_bytes()).decode()}] * count
        return {"videos": [each | {"mimeType": "video/mp4"} for each in videos], "raiMediaFilteredCount": 0}

    def _finished(self) -> dict[str, Job]:
        """The objects in every bucket, by their gs:// address."""
        found = {}
        for job in self.stage.of("vertex"):
            if self.stage.state(job) == "done" and job.ending in ("", "strange"):
                for video in self._videos(job)["videos"]:
                    found[video.get("gcsUri", "")] = job
        return found

    def _object(self, call: Call) -> Reply:
        job = self._finished().get(f"gs://{call.path['bucket']}/{call.path['object']}")
        if job is None:
            raise Refused("unknown", "no such object")
        return self.stage.file(self.stage.shelf.clip(job.turn), "sample.mp4")

    def _objects(self, call: Call) -> Reply:
        start = f"gs://{call.path['bucket']}/"
        names = [name.removeprefix(start) for name in self._finished() if name.startswith(start + call.first("prefix"))]
        return told({"kind": "storage#objects", "items": [{"name": name} for name in names]})


def _check(body: Json, prices: Json) -> Json:
    """The parameters; raises `Refused` for whatever the service would refuse."""
    check_fields(body, {"instances", "parameters", "labels", "endpoint"})
    (instance,) = body["instances"]
    parameters: Json = body.get("parameters") or {}
    check_fields(instance, INSTANCE, "instances.")
    check_fields(parameters, PARAMETERS, "parameters.")
    if not instance.get("prompt") and not instance.get("image"):
        raise Refused("malformed", "prompt is required")
    check_choice(parameters, "durationSeconds", (4, 6, 8))
    check_choice(parameters, "aspectRatio", ("16:9", "9:16"))
    check_choice(parameters, "resolution", list(prices))
    check_choice(parameters, "compressionQuality", ("OPTIMIZED", "LOSSLESS", "optimized", "lossless"))
    check_choice(parameters, "personGeneration", ("dont_allow", "allow_adult", "allow_all"))
    check_whole(parameters, "sampleCount", 1, 4)
    check_whole(parameters, "seed", 0, 2**32 - 1)
    if parameters.get("storageUri", "gs://").startswith("gs://") is False:
        raise Refused("malformed", "storageUri must begin with gs://")
    _check_images(instance)
    return parameters


def _check_images(instance: Json) -> None:
    references = instance.get("referenceImages") or []
    if len(references) > 3 or any(each.get("referenceType") not in ("asset", "style") for each in references):
        raise Refused("malformed", "at most 3 referenceImages, each with a referenceType")
    if references and (instance.get("image") or instance.get("lastFrame")):
        raise Refused("malformed", "referenceImages cannot be combined with image or lastFrame")
    images: list[Any] = [instance[name] for name in ("image", "lastFrame") if name in instance]
    for image in [*images, *(each.get("image") for each in references)]:
        if (
            not isinstance(image, dict)
            or not ({"bytesBase64Encoded", "gcsUri"} & set(image))
            or "mimeType" not in image
        ):
            raise Refused("malformed", "an image needs bytesBase64Encoded or gcsUri, and mimeType")
