"""Veo on Google Cloud (Vertex AI, now Agent Platform): long-running operations behind an OAuth token.

Source: google-genai 3.4.0 and docs.cloud.google.com, read on 22 November 2026; never run against the live service.
There is neither a cancel nor a list: an order whose answer was lost waits for a person, who may find its result in
the bucket, under the attempt's mark. What the filter takes away looks like a success with nothing in it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from unplastic.errors import BadKey, Expired, RequestUnfit
from unplastic.providers import prices
from unplastic.providers.account import account
from unplastic.providers.answers import rows, table, words
from unplastic.providers.capability import Capability, Estimate
from unplastic.providers.card import cards, fit
from unplastic.providers.download import bring
from unplastic.providers.google_answers import filtered, google_failure, google_good, inline
from unplastic.providers.http import Headers, Reply, Wire
from unplastic.providers.provider import (
    Cancelled,
    Fetched,
    Job,
    Listed,
    Output,
    Phase,
    Probe,
    Reference,
    Request,
    State,
    Submission,
    VideoRequest,
)
from unplastic.providers.refusals import refuse
from unplastic.settings import Settings

TOKEN, PROJECT = "GOOGLE_CLOUD_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT"
LOCATION = "us-central1"
STORAGE = "https://storage.googleapis.com"


@dataclass(frozen=True)
class Veo:
    """Veo by an access token (``gcloud auth print-access-token``) and a project.

    The project is no key: ``GOOGLE_CLOUD_PROJECT`` or ``[providers.veo] project`` names it. That table may also set
    ``location`` and ``bucket`` ("gs://mine/veo"); without a bucket results come inside the answer, tens of megabytes of
    text, and are gone with the operation.
    """

    name: ClassVar[str] = "veo"
    title: ClassVar[str] = "Veo (Google Cloud)"
    key_names: ClassVar[tuple[tuple[str, ...], ...]] = ((TOKEN,),)
    key_from: ClassVar[str] = "console.cloud.google.com (a token: gcloud auth print-access-token)"
    lists: ClassVar[bool] = False

    wire: Wire
    project: str = ""
    location: str = LOCATION
    bucket: str = ""

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The service with the user's token, or the rehearsal's."""
        options = settings.options.get(cls.name, {})
        location = str(options.get("location") or LOCATION)
        own = account(
            cls.name,
            settings,
            address=f"https://{location}-aiplatform.googleapis.com/v1",
            key_names=cls.key_names,
            key_from=cls.key_from,
            rehearsal_path="/vertex/v1",
        )
        named = settings.key(PROJECT)
        project = str(options.get("project") or (named.reveal() if named else ""))
        project = project or ("rehearsal" if own.is_rehearsal else "")
        return cls(Wire(own, **line), project, location, str(options.get("bucket") or "").rstrip("/"))

    def capabilities(self) -> tuple[Capability, ...]:
        """The cards of its models."""
        return cards(self.name)

    def estimate(self, request: Request) -> Estimate:
        """By the second."""
        return prices.estimate(fit(self.name, request), request)

    def submit(self, request: Request) -> Submission:
        """Order a clip: one POST, into a folder of its own where there is a bucket."""
        card = fit(self.name, request)
        if not isinstance(request, VideoRequest):
            raise RequestUnfit(f"{self.title} makes clips only", "ask another service")
        key = self._key()
        if not self.project:
            raise BadKey(f"{self.name}: no project is set ({PROJECT})", f"set {PROJECT} to the project's id")
        model = self._model(card)
        body = {"instances": [_instance(request)], "parameters": self._parameters(request)}
        url = f"{self.wire.account.address}/{model}:predictLongRunning"
        reply = self.wire.order("POST", url, headers=key, body=body)
        told = google_good(reply, self.name)
        if not words(told, "name"):
            raise reply.broken("an operation was begun and no name was told")
        known = prices.estimate(card, request)
        handle = {"model": model, **({"usd": f"{known.high_usd}"} if known.is_known else {})}
        return Submission(Job(self.name, told["name"], card.model, self.wire.account.address, handle), reply.text)

    def poll(self, job: Job) -> State:
        """One call for the operation."""
        url = f"{job.address}/{job.handle.get('model', '')}:fetchPredictOperation"
        reply = self.wire.read("POST", url, headers=self._key(), body={"operationName": job.id})
        told = google_good(reply, self.name)
        if told.get("name") != job.id:
            raise reply.broken("the answer is about another operation")
        if told.get("done") is not True:
            return State(Phase.RUNNING, "running")
        if "error" in told:
            return State(Phase.FAILED, "error", refusal=google_failure(table(told, "error"), self.name), charge_usd=0.0)
        return self._finished(table(told, "response"), reply, job.handle)

    def fetch(self, job: Job, folder: Path, *, probe: Probe) -> tuple[Fetched, ...]:
        """The clips, from the bucket or out of the answer."""
        state = self.poll(job)
        if not state.outputs:
            raise state.refusal or refuse(Expired, self.name, f"the operation is {state.native}, and has no result")
        return bring(self.wire, job, state.outputs, folder, probe=probe, headers=self._key())

    def cancel(self, job: Job) -> Cancelled:
        """It cannot be stopped."""
        return Cancelled(False, f"{self.title} has no way to stop {job.id.rpartition('/')[2]}; its result will be kept")

    def list(self, since: datetime) -> Iterator[Listed]:  # noqa: ARG002 - the interface has it
        """Nothing: it has no list of operations."""
        return iter(())

    def register(self, reference: Reference) -> Reference:
        """Nothing to enter: pictures go inside the request."""
        return reference

    def _parameters(self, request: VideoRequest) -> dict[str, Any]:
        place = f"{self.bucket}/{request.mark}" if request.mark else self.bucket
        return {
            "sampleCount": 1,
            "durationSeconds": int(request.seconds or 8),
            "aspectRatio": request.aspect,
            "resolution": request.size,
            "personGeneration": "allow_adult",
            "generateAudio": request.audio,
            **({"negativePrompt": request.negative} if request.negative else {}),
            **({} if request.seed is None else {"seed": request.seed}),
            **({"storageUri": f"{place}/"} if self.bucket else {}),
            **request.options,
        }

    def _finished(self, response: Mapping[str, Any], reply: Reply, handle: Mapping[str, str]) -> State:
        videos = rows(response, "videos")
        if not videos and response.get("raiMediaFilteredCount"):
            reasons = response.get("raiMediaFilteredReasons")
            refusal = filtered(reasons if isinstance(reasons, list) else [], self.name)
            return State(Phase.FAILED, "filtered", refusal=refusal, charge_usd=0.0)
        outputs = tuple(output for output in map(self._output, videos) if output)
        if not outputs:
            raise reply.broken("the operation is done and holds no clip")
        usd = handle.get("usd")
        return State(Phase.SUCCEEDED, "done", 1.0, outputs, charge_usd=None if usd is None else float(usd))

    def _output(self, video: Mapping[str, Any]) -> Output | None:
        inside, place = words(video, "bytesBase64Encoded"), words(video, "gcsUri")
        if inside:
            try:
                return Output("", "video", name="sample.mp4", data=base64.b64decode(inside, validate=True))
            except binascii.Error:
                return None
        parts = urlsplit(place)
        if parts.scheme != "gs":
            return None
        thing = quote(parts.path.lstrip("/"), safe="")
        if self.wire.account.is_rehearsal:
            return Output(
                f"{self.wire.account.address.removesuffix('/v1')}/storage/{parts.netloc}{parts.path}", "video"
            )
        return Output(f"{STORAGE}/storage/v1/b/{parts.netloc}/o/{thing}?alt=media", "video", name="sample.mp4")

    def _model(self, card: Capability) -> str:
        return f"projects/{self.project}/locations/{self.location}/publishers/google/models/{card.native}"

    def _key(self) -> Headers:
        return {"Authorization": self.wire.account.bearer(TOKEN)}


def _instance(request: VideoRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"prompt": request.prompt}
    names = {"first_frame": "image", "last_frame": "lastFrame"}
    for each in request.references:
        if each.role in names:
            found[names[each.role]] = _image(each)
        else:
            asset = {"image": _image(each), "referenceType": "asset"}
            found.setdefault("referenceImages", []).append(asset)
    return found


def _image(reference: Reference) -> dict[str, str]:
    if reference.address.startswith("gs://"):
        kind = "image/jpeg" if reference.address.lower().endswith((".jpg", ".jpeg")) else "image/png"
        return {"gcsUri": reference.address, "mimeType": kind}
    text, kind = inline(reference)
    return {"bytesBase64Encoded": text, "mimeType": kind}
