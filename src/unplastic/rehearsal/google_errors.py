"""Google's error body, which Veo and Omni share."""

from __future__ import annotations

from unplastic.rehearsal.wire import Refused, Reply, told

STATUS = {
    "key": (401, "UNAUTHENTICATED"),
    "malformed": (400, "INVALID_ARGUMENT"),
    "too-large": (400, "INVALID_ARGUMENT"),
    "wrong-kind": (400, "INVALID_ARGUMENT"),
    "content-input": (400, "INVALID_ARGUMENT"),
    "face": (400, "INVALID_ARGUMENT"),
    "region": (400, "FAILED_PRECONDITION"),
    "credit": (403, "PERMISSION_DENIED"),
    "model-not-open": (403, "PERMISSION_DENIED"),
    "unknown": (404, "NOT_FOUND"),
    "model-retired": (404, "NOT_FOUND"),
    "rate": (429, "RESOURCE_EXHAUSTED"),
    "concurrency": (429, "RESOURCE_EXHAUSTED"),
    "quota": (429, "RESOURCE_EXHAUSTED"),
    "overloaded": (503, "UNAVAILABLE"),
    "internal": (500, "INTERNAL"),
}
WORDS = {
    "region": "User location is not supported for the API use.",
    "credit": "This API method requires billing to be enabled.",
    "content-input": "The prompt contains words that violate Google's Responsible AI practices.",
    "face": "The input image contains a face that is not allowed by the current person generation setting.",
    "quota": "Quota exceeded for requests per day.",
}


def google_refusal(why: Refused) -> Reply:
    """``{"error": {"code", "message", "status", "details"}}``."""
    code, status = STATUS.get(why.kind, STATUS["internal"])
    message = WORDS.get(why.kind, why.message)
    return told({"error": {"code": code, "message": message, "status": status, "details": []}}, code)
