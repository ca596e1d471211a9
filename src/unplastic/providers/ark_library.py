"""The asset library of ModelArk: AI-made portraits that Seedance takes as ``asset://``, behind signed calls.

Source: byteplussdkcore of byteplus-python-sdk-v2 3.0.63 for the signature (HMAC-SHA256 in the manner of AWS's version
4), and two agreeing accounts of its actions. Never run against the live service.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from unplastic.errors import (
    BadKey,
    Busy,
    ContentInput,
    Credit,
    FacePolicy,
    NoSuchJob,
    Quota,
    RateLimit,
    Refused,
    Region,
    RequestUnfit,
    TooLarge,
    WrongKind,
)
from unplastic.providers.account import account
from unplastic.providers.http import Reply, Wire
from unplastic.providers.provider import Media, Reference
from unplastic.providers.refusals import refuse
from unplastic.secret import Secret
from unplastic.settings import Settings

VERSION, REGION, SERVICE = "2024-01-01", "ap-southeast-1", "ark"
ADDRESS = "https://open.ap-southeast-1.byteplusapi.com"
ACCESS, SECRET = "BYTEPLUS_ACCESS_KEY", "BYTEPLUS_SECRET_KEY"
GROUP = "unplastic"
SIGNED = "content-type;host;x-content-sha256;x-date"
JSON = "application/json"
WAIT_S, WAITS_MAX = 3.0, 40
ASSET_TYPES: dict[Media, str] = {"image": "Image", "video": "Video", "audio": "Audio"}
KINDS: tuple[tuple[str, type[Refused]], ...] = (
    ("InputImageSensitiveContentDetected.PrivacyInformation", FacePolicy),
    ("InputImageSensitiveContentDetected", ContentInput),
    ("InvalidAccessKey", BadKey),
    ("SignatureDoesNotMatch", BadKey),
    ("NotFound", NoSuchJob),
    ("FlowLimitExceeded", RateLimit),
    ("QuotaExceeded", Quota),
    ("AccessDenied", Region),
    ("AccountOverdueError", Credit),
    ("InvalidParameter.Oversize", TooLarge),
    ("InvalidParameter.Unsupported", WrongKind),
)


@dataclass(frozen=True)
class Library:
    """The library of one account. ``now`` gives the time in UTC, which goes into the signature."""

    wire: Wire
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @classmethod
    def at(cls, settings: Settings, **line: Any) -> Self:
        """The library with the user's two keys, or the rehearsal's."""
        keys = account(
            "ark-library",
            settings,
            address=ADDRESS,
            key_names=((ACCESS, SECRET),),
            key_from="console.byteplus.com/iam (access keys)",
            rehearsal_path="/ark",
        )
        return cls(Wire(keys, **line))

    def enter(self, reference: Reference) -> Reference:
        """``reference`` as ``asset://...``: found if it is there already, else entered, and waited for.

        The library fetches what it takes: raises `RequestUnfit` for a file that has no https address, `FacePolicy`
        where it says that the person is real, `Busy` when an entry does not become active in two minutes.
        """
        if reference.address.startswith("asset://"):
            return reference
        if not reference.address:
            what = f"the library fetches portraits itself, and {reference.path} is only on this machine"
            hint = "unplastic cast enters a portrait as soon as it is drawn; else put it at an https address"
            raise RequestUnfit(what, hint)
        name = f"{reference.label or 'portrait'}-{hashlib.sha256(reference.address.encode()).hexdigest()[:12]}"
        found = self._known(name) or self._enter(reference, name)
        return replace(reference, address=f"asset://{found}", path=None)

    def _known(self, name: str) -> str:
        wanted = {
            "Filter": {"Name": name, "GroupType": "AIGC", "Statuses": ["Active"]},
            "PageNumber": 1,
            "PageSize": 20,
        }
        rows = self._call("ListAssets", wanted).get("Items") or []
        return next((str(row["Id"]) for row in rows if row.get("Name") == name), "")

    def _enter(self, reference: Reference, name: str) -> str:
        body = {
            "GroupId": self._group(),
            "URL": reference.address,
            "AssetType": ASSET_TYPES[reference.media],
            "Name": name,
        }
        asset = str(self._call("CreateAsset", body)["Id"])
        for _ in range(WAITS_MAX):
            shown = self._call("GetAsset", {"Id": asset})
            if shown.get("Status") == "Active":
                return asset
            if shown.get("Status") == "Failed":
                raise refuse(FacePolicy, "ark", f"the library did not take the portrait {name}")
            self.wire.sleep(WAIT_S)
        raise Busy(f"ark: the library is still at work on {name}", "run it again: the entry is found then")

    def _group(self) -> str:
        wanted = {"Filter": {"GroupType": "AIGC", "Name": GROUP}, "PageNumber": 1, "PageSize": 20}
        rows = self._call("ListAssetGroups", wanted).get("Items") or []
        known = next((str(row["Id"]) for row in rows if row.get("Name") == GROUP), "")
        given = {"Name": GROUP, "Description": "AI-made portraits", "GroupType": "AIGC"}
        return known or str(self._call("CreateAssetGroup", given)["Id"])

    def _call(self, action: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        query = {"Action": action, "Version": VERSION}
        content = json.dumps(body).encode()
        address = self.wire.account.address
        reply = self.wire.read(
            "POST", f"{address}?{urlencode(query)}", headers=self._headers(address, query, content), content=content
        )
        if not reply.is_good:
            raise _refusal(reply)
        found = reply.json().get("Result")
        if not isinstance(found, Mapping):
            raise reply.broken(f"the answer to {action} has no Result")
        return found

    def _headers(self, address: str, query: Mapping[str, str], content: bytes) -> dict[str, str | Secret]:
        parts = urlsplit(address)
        access, secret = self.wire.account.key(ACCESS), self.wire.account.key(SECRET)
        stamp = self.now().strftime("%Y%m%dT%H%M%SZ")
        shown = {
            "content-type": JSON,
            "host": parts.netloc,
            "x-content-sha256": hashlib.sha256(content).hexdigest(),
            "x-date": stamp,
        }
        signature = sign("POST", parts.path or "/", query, shown, secret)
        scope = f"{stamp[:8]}/{REGION}/{SERVICE}/request"
        told = f"HMAC-SHA256 Credential={access.reveal()}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"
        return {**shown, "authorization": Secret(told, access.source)}


def sign(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], secret: Secret) -> str:
    """The signature, 64 hexadecimal digits, over ``headers``: those of `SIGNED` by lower-case name."""
    stamp = headers["x-date"]
    lines = "".join(f"{name}:{headers[name]}\n" for name in SIGNED.split(";"))
    asked = "\n".join(
        [method, path, urlencode(sorted(query.items())), lines, SIGNED, headers["x-content-sha256"]]
    )  # fmt: skip
    scope = f"{stamp[:8]}/{REGION}/{SERVICE}/request"
    text = "\n".join(["HMAC-SHA256", stamp, scope, hashlib.sha256(asked.encode()).hexdigest()])
    key = secret.reveal().encode()
    for each in (stamp[:8], REGION, SERVICE, "request"):
        key = hmac.new(key, each.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _refusal(reply: Reply) -> Refused:
    told = reply.loose_json().get("ResponseMetadata")
    error = told.get("Error") if isinstance(told, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    code, said = str(error.get("Code") or ""), str(error.get("Message") or reply.text)
    kind = next((kind for start, kind in KINDS if code.startswith(start)), Busy if reply.status >= 500 else Refused)
    return refuse(kind, "ark", f"{said} ({code})")
