"""What both programs need, written from the API's description with the standard library alone."""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from typing import Any


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(access_key: str, secret_key: str) -> str:
    """Return a JSON Web Token: HS256 over issuer, start and end."""
    now = int(time.time())
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _part(json.dumps({"iss": access_key, "exp": now + 1800, "nbf": now - 5}).encode())
    signature = hmac.new(secret_key.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_part(signature)}"


class Service:
    """The API at a URL."""

    def __init__(self, url: str, access_key: str, secret_key: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token(access_key, secret_key)}", "Content-Type": "application/json"}

    def call(self, verb: str, path: str, body: Any = None) -> Any:
        """Return `data` of the answer; ends the program when the service says no."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=content, headers=self._headers, method=verb)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{verb} {path}: {error.code} {error.read().decode()}") from error
        if said["code"] != 0:
            raise SystemExit(f"{verb} {path}: {said}")
        return said["data"]

    def finished(self, path: str, task_id: str) -> Any:
        """Return a task once it has ended well."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            task = self.call("GET", f"{path}/{task_id}")
            if task["task_status"] == "succeed":
                return task
            if task["task_status"] == "failed":
                raise SystemExit(task["task_status_msg"])
            time.sleep(0.02)
        raise SystemExit(f"{task_id} did not end")

    def fetched(self, url: str) -> bytes:
        """Return the file behind a result's URL."""
        with urllib.request.urlopen(url, timeout=10) as answer:
            content: bytes = answer.read()
        return content


def film(service: Service) -> Any:
    """Make a short film of a boat and return its task."""
    path = "/v1/videos/text2video"
    created = service.call("POST", path, {"model_name": "kling-v2-6", "prompt": "A paper boat", "duration": "5"})
    assert created["task_status"] == "submitted", created
    return service.finished(path, created["task_id"])
