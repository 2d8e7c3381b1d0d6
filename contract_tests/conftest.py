"""The fixtures of these tests: the document, a mock whose clock stands still, and clients of it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from conforming import watch
from hypothesis import HealthCheck, settings

from kling import Kling
from kling_mock.clock import Clock
from kling_mock.handle import MockHandle, running
from kling_mock.post import Post
from kling_mock.settings import Settings
from kling_mock.transport import MockTransport
from kling_mock.world import World
from kling_spec.bundle import plain, ruled
from kling_spec.document import Document
from kling_spec.load import Spec, load

_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("ci", max_examples=40, deadline=None, derandomize=True, suppress_health_check=_QUIET)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

START_MS = 1_790_000_000_000
CREATE = "/v1/videos/text2video"
BODY = {"model_name": "kling-v2-6", "prompt": "A paper boat"}


_COMPILED: dict[tuple[Any, ...], tuple[Document, dict[str, Any]]] = {}


class CompiledOnce(World):
    """A world that takes over what another has made of the same bundle: that is most of the time it takes to make one."""

    def _compile(self) -> None:
        key = id(self.bundle), self.settings.strict, self.settings.lenient_models, self.settings.fidelity
        if key not in _COMPILED:
            before = set(vars(self))
            super()._compile()
            made = {name: one for name, one in vars(self).items() if name not in before}
            _COMPILED[key] = self.bundle, made  # the bundle stays, so that no other gets its identity
        vars(self).update(_COMPILED[key][1])


@dataclass
class Bench:
    """A mock in this process, with what it delivered."""

    world: World
    delivered: list[tuple[str, bytes]] = field(default_factory=list)

    def http(self) -> httpx2.Client:
        """Return an HTTP client that the mock answers."""
        return httpx2.Client(transport=MockTransport(self.world), base_url="http://mock.test")

    def post(self, body: Any = None, *, path: str = CREATE, token: str | None = None) -> httpx2.Response:
        """Send a body (default: the least a text-to-video create needs) as the account's owner."""
        content = body if isinstance(body, bytes) else json.dumps(BODY if body is None else body).encode()
        return self.http().post(
            path, content=content, headers={"authorization": f"Bearer {token or self.world.settings.api_key}"}
        )

    def client(self, *, check: bool = True, max_retries: int = 0) -> Kling:
        """Return the generated client, with the account's API key."""
        key, http = self.world.settings.api_key, self.http()
        return Kling(api_key=key, base_url="http://mock.test", http_client=http, check=check, max_retries=max_retries)


def bench(bundle: Document, settings: Settings | None = None) -> Bench:
    """Return a mock of a bundle whose clock stands still at a fixed time."""
    delivered: list[tuple[str, bytes]] = []

    def send(post: Post) -> int:
        delivered.append((post.url, post.body))
        return 200

    world = CompiledOnce(
        bundle, settings or Settings(any_id=True, quotas=False), clock=Clock(speed=0, start_ms=START_MS), send=send
    )
    return Bench(watch(world), delivered)


@pytest.fixture(scope="session")
def spec() -> Spec:
    """The spec of this checkout."""
    return load()


@pytest.fixture(scope="session")
def doc(spec: Spec) -> Document:
    """The plain bundle of today."""
    return plain(spec)


@pytest.fixture(scope="session")
def ruled_doc(spec: Spec) -> Document:
    """The ruled bundle of today."""
    return ruled(spec)


@pytest.fixture
def mock(ruled_doc: Document) -> Bench:
    """A lenient mock."""
    return bench(ruled_doc)


@pytest.fixture
def client(mock: Bench) -> Iterator[Kling]:
    """The generated client of the lenient mock."""
    with mock.client() as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[MockHandle]:
    """A mock behind a socket, one for a file of tests: each test takes an account of its own."""
    with running() as handle:
        yield handle
