"""Who is calling: keys, functions that give them, clocks that are wrong, and secrets that show up nowhere."""

import asyncio
import copy
import io
import logging
import pickle
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from email.utils import formatdate
from typing import Any

import httpx2
import jwt
import pytest

from kling import ApiKey, AsyncKling, AuthorizationExpired, AuthorizationNotYetValid, CredentialsMissing, KeyPair, Kling
from kling._core.credentials import LEEWAY, LIFETIME, Credentials, Provider, credentials, server_time
from kling_mock.handle import running

_OK = {"code": 0, "message": "SUCCEED", "request_id": "r", "data": []}
_SECRET = "s3cret-" * 6
_NOW = 1_790_000_000


class Service(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Takes what was signed by its own clock, and tells the time; with `is_dumb`, does not tell it."""

    def __init__(self, *, clock: Callable[[], float] = lambda: _NOW, is_dumb: bool = False) -> None:
        self.seen: list[str] = []
        self._clock = clock
        self._date = {} if is_dumb else {"Date": formatdate(clock(), usegmt=True)}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request.headers["authorization"].removeprefix("Bearer "))
        code = self._code(self.seen[-1]) if self.seen[-1].count(".") == 2 else 0
        return httpx2.Response(401 if code else 200, json={**_OK, "code": code}, headers=self._date)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self.handle_request(request)

    def _code(self, token: str) -> int:
        claims = jwt.decode(token, _SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False})
        return 1003 if self._clock() < claims["nbf"] else 1004 if self._clock() >= claims["exp"] else 0


def _client(who: Any, service: Service, **more: Any) -> Kling:
    return Kling(credentials=who, transport=service, base_url="http://api.test", max_retries=0, **more)


@pytest.mark.parametrize("skew", [-7200, -LIFETIME, -60, 0, 60, 7200, 86400 * 400])
def test_a_wrong_clock_is_put_right(skew: int) -> None:
    """Whatever the own clock says, the second token is good by the service's; it stays so without asking again."""
    ours = [float(_NOW + skew)]
    service = Service()
    client = _client(KeyPair("access", _SECRET, now=lambda: ours[0]), service)
    for _ in range(3):
        assert client.text_to_video.page() == []
    refused = skew > LEEWAY or skew <= -LIFETIME
    assert len(service.seen) == (4 if refused else 3)
    claims = jwt.decode(service.seen[-1], _SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False})
    assert claims["nbf"] == _NOW - LEEWAY + (0 if refused else skew)


def test_a_corrected_token_is_renewed_in_time() -> None:
    """A token signed by the service's clock is signed anew 60 s before its end, by that clock."""
    ours, theirs = [float(_NOW + 7200)], [float(_NOW)]
    service = Service(clock=lambda: theirs[0])
    client = _client(KeyPair("access", _SECRET, now=lambda: ours[0]), service)
    client.text_to_video.page()
    for step, changes in ((LIFETIME - 61, False), (1, True), (LIFETIME - 61, False), (1, True)):
        ours[0], theirs[0], before = ours[0] + step, theirs[0] + step, service.seen[-1]
        client.text_to_video.page()
        assert (service.seen[-1] != before) is changes
    assert len(service.seen) == 6


@pytest.mark.parametrize(("skew", "error"), [(7200, AuthorizationNotYetValid), (-7200, AuthorizationExpired)])
def test_without_the_time_the_refusal_is_told(skew: int, error: type[Exception]) -> None:
    """A service that does not say what the time is gets one new token, and then the caller the error."""
    service = Service(is_dumb=True)
    with pytest.raises(error):
        _client(KeyPair("access", _SECRET, now=lambda: _NOW + skew), service).text_to_video.page()
    assert len(service.seen) == 2


@pytest.mark.parametrize("skew", [-7200, 7200])
def test_a_wrong_clock_is_put_right_over_a_socket(skew: int) -> None:
    """The same against the mock's server, which tells the time as web servers do."""
    with running() as mock:
        who = KeyPair(mock.access_key, mock.secret_key, now=lambda: time.time() + skew)
        with Kling(credentials=who, base_url=mock.url, max_retries=0) as client:
            assert client.text_to_video.create(model_name="kling-v3", prompt="x").task_status == "submitted"


@pytest.mark.parametrize("said", ["", "yesterday", "Thu, 99 Jan 2026 00:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_none(said: str) -> None:
    """A date is measured only when it is one."""
    assert server_time({"date": said}) is None
    assert server_time({}) is None


class TestProvider:
    """Functions that give credentials."""

    def test_it_is_asked_before_every_request(self) -> None:
        """A key that changes is used from the next request on."""
        keys, service = iter(["one", "two", "two"]), Service()
        client = _client(lambda: next(keys), service)
        for _ in range(3):
            client.text_to_video.page()
        assert service.seen == ["one", "two", "two"]

    def test_the_token_of_a_pair_is_kept(self) -> None:
        """As long as the pair is the same, nothing is signed anew; another pair signs at once."""
        pairs, service = iter([("a", _SECRET), ("a", _SECRET), ("b", _SECRET)]), Service(clock=time.time)
        client = _client(lambda: next(pairs), service)
        for _ in range(3):
            client.text_to_video.page()
        said = [jwt.decode(one, options={"verify_signature": False})["iss"] for one in service.seen]
        assert said == ["a", "a", "b"]
        assert service.seen[0] == service.seen[1]

    def test_a_coroutine_function_is_awaited(self) -> None:
        """The async client takes functions of both kinds."""

        async def later() -> str:
            await asyncio.sleep(0)
            return "from a vault"

        async def story(source: Callable[[], str | Awaitable[str]]) -> list[str]:
            service = Service()
            async with AsyncKling(credentials=source, transport=service, base_url="http://api.test") as client:
                await client.text_to_video.page()
            return service.seen

        assert asyncio.run(story(later)) == ["from a vault"]
        assert asyncio.run(story(lambda: "at once")) == ["at once"]

    def test_a_refused_token_is_asked_for_once_more(self) -> None:
        """After 1004 the function is asked again; a second refusal is told."""
        tokens = [jwt.encode({"iss": "a", "nbf": 0, "exp": end}, _SECRET) for end in (1, _NOW + 9, 1, 1)]
        service = Service()
        client = _client(iter(tokens).__next__, service)
        assert client.text_to_video.page() == []
        with pytest.raises(AuthorizationExpired):
            client.text_to_video.page()
        assert service.seen == tokens

    @pytest.mark.parametrize("said", [None, 5, "", " ", ("a",), ("a", b"b"), ("a", "")], ids=repr)
    def test_something_else_is_refused_without_telling_it(self, said: Any) -> None:
        """The message names the kind of what was given, not what it holds."""
        with pytest.raises(TypeError, match=rf"must give text or \(access_key, secret_key\), not {type(said).__name__}"):
            _client(lambda: said, Service()).text_to_video.page()

    def test_what_the_function_raises_is_told(self) -> None:
        """A vault that cannot be reached is the caller's own error."""

        def broken() -> str:
            raise OSError("vault")

        with pytest.raises(OSError, match="vault"):
            _client(broken, Service()).text_to_video.page()

    def test_threads_do_not_share_what_was_said(self) -> None:
        """A request goes out with the key that was given for it, though another thread asks before it is sent."""
        wanted = ["outer", "inner"]
        service = Service()

        class Slow(Provider):
            def ask(self) -> Credentials:
                found = super().ask()
                if wanted:
                    other = threading.Thread(target=client.text_to_video.page)
                    other.start()
                    other.join()
                return found

        client = _client(Slow(lambda: wanted.pop(0)), service)
        client.text_to_video.page()
        assert service.seen == ["inner", "outer"]


@pytest.mark.parametrize("key", ["a\nb", "a b\x00", "schlüssel", "a\tb"])
def test_a_key_that_no_header_may_hold_is_refused_at_once(key: str) -> None:
    """Such a key would be printed by the library that cannot send it; our message does not tell it."""
    with pytest.raises(ValueError, match="the API key holds a character") as caught:
        Kling(api_key=key)
    assert key not in str(caught.value)
    with pytest.raises(ValueError, match="X-Token holds a character"):
        Kling(api_key="k", extra_headers={"X-Token": key}, base_url="http://x.test").text_to_video.page()


def test_the_end_of_a_line_is_not_part_of_a_key() -> None:
    """Keys read from files and environments often end with one."""
    assert credentials(access_key=None, secret_key=None, api_key=None, environment={"KLING_API_KEY": "k\n"}) == ApiKey("k")
    pair = KeyPair("a\n", f"{_SECRET}\r\n").authorization().removeprefix("Bearer ")
    assert jwt.decode(pair, _SECRET, algorithms=["HS256"])["iss"] == "a"


def test_a_url_holds_no_password() -> None:
    """It would be sent in place of the credentials, and be shown with the URL."""
    with pytest.raises(ValueError, match="must not hold user and password") as caught:
        Kling(api_key="k", base_url=f"https://me:{_SECRET}@api.test")
    assert _SECRET not in str(caught.value)
    assert repr(Kling(api_key="k", base_url="https://api.test/a@b")) == "Kling(base_url='https://api.test/a@b')"


def test_nobody_is_told_apart_from_half_a_pair() -> None:
    """The message says which half is missing, and how to give credentials at all."""
    with pytest.raises(CredentialsMissing, match="secret_key is missing"):
        credentials(access_key="a", secret_key=None, api_key=None, environment={})
    with pytest.raises(CredentialsMissing, match="KLING_API_KEY"):
        credentials(access_key=None, secret_key=None, api_key=None, environment={})


_FAILING: dict[str, Callable[[httpx2.Request], httpx2.Response]] = {
    "refused": lambda request: httpx2.Response(401, json={"code": 1000, "message": "no", "request_id": "r"}),
    "expired": lambda request: httpx2.Response(401, json={"code": 1004, "message": "no"}, headers={"set-cookie": _SECRET}),
    "malformed": lambda request: httpx2.Response(502, content=b"<html>"),
    "shapeless": lambda request: httpx2.Response(200, json={"code": 0, "data": 5}),
    "lost": lambda request: _raised(httpx2.ReadTimeout("slow", request=request)),
    "unreachable": lambda request: _raised(httpx2.ConnectError("refused", request=request)),
    "illegal": lambda request: _raised(httpx2.LocalProtocolError("bad header", request=request)),
}


def _raised(error: Exception) -> Any:
    raise error


def _ways() -> Iterator[tuple[str, Any]]:
    token = jwt.encode({"iss": "a", "exp": 1}, _SECRET)
    yield _SECRET, {"api_key": _SECRET}
    yield _SECRET, {"access_key": "access", "secret_key": _SECRET}
    yield _SECRET, {"credentials": lambda: ("access", _SECRET)}
    yield token, {"credentials": lambda: token}


@pytest.mark.parametrize("fault", _FAILING)
@pytest.mark.parametrize(("secret", "who"), list(_ways()), ids=["api key", "pair", "function of a pair", "function"])
def test_secrets_show_up_nowhere(fault: str, secret: str, who: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Not in what is printed of a client, its settings, its log, its errors, their tracebacks, copies or pickles."""
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.headers["authorization"].removeprefix("Bearer "))
        return _FAILING[fault](request)

    client = Kling(**who, transport=httpx2.MockTransport(answer), base_url="http://x.test", max_retries=0)
    client = client.with_options(extra_headers={"X-Inner": _SECRET})
    attempts: list[Any] = []
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception) as caught:  # noqa: PT011 (any of them)
        client.text_to_video.page(on_response=attempts.append)
    error, transport = caught.value, client._transport
    told = io.StringIO()
    traceback.print_exception(error, file=told)
    shown = [caplog.text, told.getvalue(), *map(repr, [client, transport, transport.settings, transport.settings.credentials])]
    shown += [
        repr(error),
        str(error),
        repr(vars(error)),
        repr(vars(copy.copy(error))),
        repr(pickle.dumps(error)),
        *map(repr, attempts),
    ]
    assert not [one for one in shown for word in (secret, *sent, _SECRET) if word in one]
    assert attempts
