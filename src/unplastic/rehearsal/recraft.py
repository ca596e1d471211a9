"""Recraft: pictures at once, paid at once.

Source: recraft.ai/docs/api-reference and github.com/tryAGI/Recraft OpenAPI (August 2026), read on 22 November 2026.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Stage, tables
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, check_choice, check_fields, check_text, told
from unplastic.rehearsal.wire import check_whole as check_range

DAY_S = 86_400.0
FIELDS = {
    "block_nsfw", "controls", "creativity", "expire", "image_format", "model", "n", "negative_prompt", "prompt",
    "random_seed", "response_format", "size", "style", "style_id", "style_match", "style_reference_urls", "substyle",
    "text_layout", "upscale",
}  # fmt: skip
SIZE = re.compile(r"\d{3,4}x\d{3,4}|\d{1,2}:\d{1,2}")
REFUSALS = {
    "key": (401, "unauthorized"),
    "credit": (402, "not_enough_credits"),
    "quota": (402, "not_enough_credits"),
    "region": (403, "forbidden"),
    "model-not-open": (403, "forbidden"),
    "unknown": (404, "not_found"),
    "rate": (429, "rate_limit_exceeded"),
    "concurrency": (429, "rate_limit_exceeded"),
    "overloaded": (503, "unavailable"),
    "content-input": (400, "prompt_rejected"),
    "internal": (500, "internal_error"),
}


@dataclass(frozen=True)
class Recraft:
    """``/recraft/v1/images/generations``, also without ``/v1``; there is nothing to poll, list or cancel."""

    name: ClassVar[str] = "recraft"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """Generate, image to image, styles, account."""
        found = []
        for base in ("/v1", ""):
            found += [
                Route("POST", f"{base}/images/generations", "create", self._generate),
                Route("POST", f"{base}/images/imageToImage", "create", self._change),
                Route("POST", f"{base}/styles", "register", self._style),
                Route("GET", f"{base}/users/me", "account", self._account),
            ]
        return tuple(found)

    def unlock(self, call: Call) -> None:
        """A bearer key."""
        call.bearer()

    def refusal(self, why: Refused) -> Reply:
        """``{"code", "message"}``."""
        status, code = REFUSALS.get(why.kind, (400, "invalid_request_parameter"))
        return told({"code": code, "message": why.message}, status)

    def _generate(self, call: Call) -> Reply:
        body = call.json()
        check_fields(body, FIELDS)
        return self._make(call, body)

    def _change(self, call: Call) -> Reply:
        parts = dict(call.parts())
        body = {name: content.decode() for name, content in parts.items() if name != "image"}
        if not 0 <= float(body.get("strength", -1)) <= 1 or not ({"image", "image_url"} & set(parts)):
            raise Refused("malformed", "image and a strength from 0 to 1 are required")
        return self._make(call, {name: text for name, text in body.items() if name in FIELDS - {"n"}})

    def _make(self, call: Call, body: Json) -> Reply:
        name = body.get("model", "recraftv4_1")
        model = tables("recraft")["models"].get(name)
        if model is None:
            raise Refused("malformed", f"no model is called {name!r}")
        _check(body, model)
        count = body.get("n", 1)
        if call.ends("content-output", "filtered"):
            raise Refused("content-input", "the image was rejected by moderation")
        if call.ends("fails", "expires"):
            raise Refused("internal", "generation failed")
        job = self.stage.take(call, "recraft", name, ("done",), body, uuid4().hex)
        units = model["units"] * count
        self.stage.charge(job, units / tables("recraft")["units_per_usd"], units, "units")
        pictures = [self._picture(job.turn + turn, body.get("response_format", "url")) for turn in range(count)]
        return told({"created": int(self.stage.now()), "credits": units, "data": pictures})

    def _picture(self, turn: int, form: str) -> Json:
        path = self.stage.shelf.picture(turn)
        if form == "b64_json":
            return {"image_id": uuid4().hex, "b64_json": base64.b64encode(path.read_bytes()).decode()}
        return {"image_id": uuid4().hex, "url": self.stage.address("recraft", path, path.name, DAY_S)}

    def _style(self, call: Call) -> Reply:
        if not any(name.startswith("file") for name, _ in call.parts()):
            raise Refused("malformed", "a style needs reference images")
        return told({"id": uuid4().hex})

    def _account(self, _: Call) -> Reply:
        return told({"id": "rehearsal", "name": "Rehearsal", "email": "rehearsal@example.test", "credits": 10_000})


def _check(body: Json, model: Json) -> None:
    check_text(body, "prompt", model["prompt"], required=True)
    check_range(body, "n", 1, 6)
    check_choice(body, "response_format", ("url", "b64_json"))
    check_choice(body, "image_format", ("png", "webp"))
    if "size" in body and not SIZE.fullmatch(str(body["size"])):
        raise Refused("malformed", "size is such as 1024x1024 or 3:4")
    if not model["styles"] and ({"style", "substyle", "negative_prompt"} & set(body)):
        raise Refused("malformed", "style, substyle and negative_prompt are not supported by this model")
