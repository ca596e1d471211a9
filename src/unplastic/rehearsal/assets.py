"""The asset library of ModelArk: portraits that Seedance accepts as ``asset://``, behind signed calls of OpenAPI.

Source: byteplussdkcore of byteplus-python-sdk-v2 3.0.63 for the signature; the actions from two agreeing accounts.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from unplastic.rehearsal.stage import Stage
from unplastic.rehearsal.wire import Call, Json, Refused, Reply, Route, check_address, check_choice, check_fields, told

VERSION = "2024-01-01"
SIGNED = re.compile(
    r"HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/[a-z0-9-]+/(?P<service>[a-z]+)/request, ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)
VERBS = {
    "CreateAssetGroup": "group",
    "CreateAsset": "create",
    "GetAsset": "poll",
    "ListAssets": "list",
    "ListAssetGroups": "list",
}
REFUSALS = {
    "key": (401, "InvalidAccessKey"),
    "malformed": (400, "InvalidParameter"),
    "unknown": (404, "NotFound.Id"),
    "rate": (429, "FlowLimitExceeded"),
    "overloaded": (429, "FlowLimitExceeded"),
    "quota": (400, "QuotaExceeded.Asset"),
    "region": (403, "AccessDenied"),
    "credit": (403, "AccountOverdueError"),
    "face": (400, "InputImageSensitiveContentDetected.PrivacyInformation"),
    "content-input": (400, "InputImageSensitiveContentDetected.PolicyViolation"),
    "too-large": (400, "InvalidParameter.OversizeImage"),
    "wrong-kind": (400, "InvalidParameter.UnsupportedFormat"),
    "internal": (500, "InternalError"),
}


@dataclass(frozen=True)
class Assets:
    """``POST /?Action=...&Version=2024-01-01``, at the root of the server and under ``/ark`` and ``/assets``."""

    name: ClassVar[str] = "assets"
    late: ClassVar[frozenset[str]] = frozenset()
    stage: Stage

    def routes(self) -> tuple[Route, ...]:
        """One address for every action."""
        paths = ("/", "/ark", "/ark/", "/assets", "/assets/")
        return tuple(Route("POST", path, "call", self._call, rooted=True) for path in paths)

    def verb(self, call: Call) -> str:
        """The verb that faults use, from the action."""
        return VERBS.get(call.first("Action"), "call")

    def unlock(self, call: Call) -> None:
        """HMAC-SHA256 over the body's hash: its form, its service and the hash; nobody here knows the secret."""
        found = SIGNED.fullmatch(call.headers.get("authorization", ""))
        if not found or found["key"].startswith("wrong") or "x-date" not in call.headers:
            raise Refused("key", "the request is not signed")
        if found["service"] != "ark" or "x-content-sha256" not in found["headers"].split(";"):
            raise Refused("key", "sign for the service ark, with X-Content-Sha256 among the signed headers")
        if call.headers.get("x-content-sha256") != hashlib.sha256(call.body).hexdigest():
            raise Refused("key", "X-Content-Sha256 is not the body's")

    def refusal(self, why: Refused) -> Reply:
        """``{"ResponseMetadata": {"Error": {"Code", "Message"}}}``."""
        status, code = REFUSALS.get(why.kind, REFUSALS["internal"])
        return told({"ResponseMetadata": _metadata("") | {"Error": {"Code": code, "Message": why.message}}}, status)

    def _call(self, call: Call) -> Reply:
        acts = {
            "CreateAssetGroup": self._group,
            "CreateAsset": self._create,
            "GetAsset": self._get,
            "ListAssets": self._list,
            "ListAssetGroups": self._groups,
        }
        action = call.first("Action")
        if action not in acts or call.first("Version") != VERSION:
            raise Refused("malformed", f"no action {action!r} in version {call.first('Version')!r}", "Action")
        return told({"ResponseMetadata": _metadata(action), "Result": acts[action](call, call.json())})

    def _group(self, call: Call, body: Json) -> Json:
        check_fields(body, {"Name", "Description", "GroupType", "ProjectName"})
        if not body.get("Name"):
            raise Refused("malformed", "Name is required", "Name")
        if body.get("GroupType", "AIGC") != "AIGC":
            raise Refused("malformed", "real people need a liveness check in the console", "GroupType")
        return {"Id": self.stage.take(call, "groups", "", ("Active",), body, f"group-{uuid4().hex[:12]}").id}

    def _create(self, call: Call, body: Json) -> Json:
        check_fields(body, {"GroupId", "URL", "AssetType", "Name", "ProjectName", "Moderation"})
        check_choice(body, "AssetType", ("Image", "Video", "Audio"))
        self.stage.find("groups", str(body.get("GroupId")))
        check_address(body.get("URL"), "URL")
        job = self.stage.take(call, "assets", "", (), body, f"asset-{uuid4().hex[:12]}")
        last = "Failed" if job.ending in ("fails", "content-output", "filtered", "expires") else "Active"
        job.states = ("Processing", last)
        return {"Id": job.id}

    def _get(self, _: Call, body: Json) -> Json:
        job = self.stage.find("assets", str(body.get("Id")))
        return self._shown(job, self.stage.poll(job))

    def _list(self, _: Call, body: Json) -> Json:
        wanted = body.get("Filter") or {}
        rows = [self._shown(job, self.stage.state(job)) for job in self.stage.of("assets")]
        for name, field in (("Statuses", "Status"), ("GroupIds", "GroupId")):
            if wanted.get(name):
                rows = [row for row in rows if row[field] in wanted[name]]
        if wanted.get("Name"):
            rows = [row for row in rows if wanted["Name"] in row["Name"]]
        return _page(rows, body)

    def _groups(self, _: Call, body: Json) -> Json:
        return _page([{"Id": job.id, "Name": job.request["Name"]} for job in self.stage.of("groups")], body)

    def _shown(self, job: Any, state: str) -> Json:
        given = job.request
        shown = {"Id": job.id, "Status": state, "GroupId": given["GroupId"], "Name": given.get("Name", "")}
        shown["AssetType"] = given.get("AssetType", "Image")
        return shown | ({"URL": given["URL"]} if self.stage.echo else {})


def _page(rows: list[Json], body: Json) -> Json:
    size, page = int(body.get("PageSize", 20)), int(body.get("PageNumber", 1))
    return {
        "TotalCount": len(rows),
        "PageNumber": page,
        "PageSize": size,
        "Items": rows[(page - 1) * size : page * size],
    }


def _metadata(action: str) -> Json:
    return {
        "RequestId": uuid4().hex,
        "Action": action,
        "Version": VERSION,
        "Service": "ark",
        "Region": "ap-southeast-1",
    }
