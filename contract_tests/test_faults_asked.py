"""Which requests and tasks faults strike, and how they are asked for: control API, header, short forms."""

import json
import re
from decimal import Decimal
from typing import Any

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from struck import codes, create, look

from kling_mock.faults import Code, Slow
from kling_mock.handle import MockHandle
from kling_mock.post import Post
from kling_mock.standing import Faults, StandingFault
from kling_mock.transport import MockTransport


@pytest.fixture
def mock(served: MockHandle) -> MockHandle:
    """A fresh account."""
    return served.new_account()


class TestWhereAndWhen:
    """Which requests a fault strikes."""

    def test_after_and_times(self, mock: MockHandle) -> None:
        """It lets some go by, strikes as often as it says, and is told with how often."""
        id = mock.fault("code", code=5000, after=2, times=2)
        assert codes(mock, 6) == [0, 0, 5000, 5000, 0, 0]
        assert mock.faults() == [{"id": id, "kind": "code", "code": 5000, "after": 2, "times": 2, "matched": 4, "fired": 2}]

    @pytest.mark.parametrize(
        ("where", "struck"),
        [
            ({}, (True, True)),
            ({"operation": "text_to_video.*"}, (True, True)),
            ({"operation": "*.create"}, (True, False)),
            ({"operation": "text_to_video.page"}, (False, True)),
            ({"operation": "image_*"}, (False, False)),
            ({"role": "page"}, (False, True)),
            ({"role": "create", "operation": "text*"}, (True, False)),
        ],
    )
    def test_where(self, mock: MockHandle, where: Any, struck: tuple[bool, bool]) -> None:
        """It is for the operations of its pattern and its role."""
        mock.fault("code", code=5000, **where)
        assert tuple(one["code"] == 5000 for one in (create(mock).json(), look(mock))) == struck

    @given(seed=st.integers(0, 10**6), chance=st.floats(0, 1))
    def test_chance_repeats(self, seed: int, chance: float) -> None:
        """The same seed draws the same, whatever else stands; 0 never strikes and 1 always does."""

        def drawn(faults: Faults) -> list[bool]:
            faults.add(Code(code=5000, chance=chance))
            faults.add(Slow(chance=0.5))
            made = [faults.script("a.create", "create") for _ in range(50)]
            return [bool(one and one.answer) for one in made]

        first, again = drawn(Faults(seed)), drawn(Faults(seed))
        assert first == again
        assert set(first) == {chance == 1} or 0 < chance < 1

    def test_what_was_kept_goes_on(self) -> None:
        """Faults that were taken as data and put back strike as if nothing had been."""
        kept, lasting = Faults(7), Faults(7)
        for one in (kept, lasting):
            one.add(Code(code=5000, after=3, times=4, chance=0.5))
            one.add(Slow(times=1))
        seen = []
        for _ in range(30):
            data = msgspec.json.encode(kept.told())
            kept = Faults(0)
            kept.restore(7, msgspec.json.decode(data, type=list[StandingFault]))
            seen.append((kept.script("a.create", "create"), lasting.script("a.create", "create")))
        assert all(one == other for one, other in seen)
        assert [one.told() for one in kept.told()] == [one.told() for one in lasting.told()]
        assert kept.add(Slow()).id == "f3"

    def test_an_account_has_its_own(self, mock: MockHandle, served: MockHandle) -> None:
        """Faults of one account strike no other."""
        mock.fault("code", code=5000)
        assert codes(served.new_account(), 1) == [0]

    def test_the_first_of_a_part_counts(self, mock: MockHandle) -> None:
        """One that comes too late for a request waits for the next; the header's come first of all."""
        for code in (5000, 5001):
            mock.fault("code", code=code, times=1)
        assert create(mock, "code=1303").json()["code"] == 1303
        assert codes(mock, 3) == [5000, 5001, 0]

    def test_what_the_gate_refuses_meets_no_fault(self, mock: MockHandle) -> None:
        """A wrong request is told what is wrong with it, and does not use up a fault."""
        mock.fault("code", code=5000, times=1)
        assert create(mock, mode="no").json()["code"] == 1201
        assert codes(mock, 2) == [5000, 0]

    def test_answers_name_what_they_met(self, mock: MockHandle) -> None:
        """The kinds that struck stand in a header of the answer."""
        assert create(mock, "fail, slow=0").headers["x-kling-mock-fault"] == "slow, fail"
        assert "x-kling-mock-fault" not in create(mock).headers


class TestTasks:
    """Faults that strike tasks."""

    def test_a_failure_has_its_words(self, mock: MockHandle) -> None:
        """The reason is one of the catalogue by its name, or any text; the units come back."""
        for reason in ("image_pixels", "Out of paint"):
            create(mock, f"fail={reason}")
        mock.advance(600)
        assert [one["task_status_msg"] for one in look(mock)["data"]] == ["Out of paint", "Image pixel is invalid"]
        assert mock.account.wallet.left("video", mock.account.clock.now()) == 10_000

    @pytest.mark.parametrize("polls", [0, 1])
    def test_a_stuck_task_keeps_its_place(self, mock: MockHandle, polls: int) -> None:
        """It processes for ever, by time and by looks; its place and its units stay taken, its results are not there."""
        mock.change(polls=polls)
        task = create(mock, "stuck", callback_url="http://127.0.0.1:9/x").json()["data"]["task_id"]
        mock.advance(10**7)
        seen = [look(mock, f"/{task}")["data"]["task_status"] for _ in range(4)]
        assert set(seen[1:]) == {"processing"}
        mock.change(polls=0)
        told, now = look(mock, f"/{task}")["data"], mock.account.clock.now()
        assert (told["task_status"], told["task_result"]) == ("processing", {})
        assert (mock.account.slots.used("video", now), mock.account.wallet.left("video", now)) == (1, Decimal("9998.5"))

    def test_results_expire(self, mock: MockHandle) -> None:
        """At once or after a time of the account's clock, and only those of the tasks that were struck."""
        for fault in ("expire", "expire=60", None):
            create(mock, fault)
        mock.advance(20)
        urls = [one["task_result"]["videos"][0]["url"] for one in look(mock)["data"]]
        with httpx2.Client(transport=MockTransport(mock.world)) as http:
            assert [http.head(url).status_code for url in urls] == [200, 200, 404]
            mock.advance(60)
            assert [http.head(url).status_code for url in urls] == [200, 404, 404]

    @pytest.mark.parametrize(
        ("how", "told"),
        [
            ("drop", []),
            ("duplicate", ["submitted", "submitted", "processing", "processing", "succeed", "succeed"]),
            ("reorder", ["succeed", "processing", "submitted"]),
        ],
    )
    @pytest.mark.parametrize("polls", [0, 1])
    def test_callbacks_go_astray(
        self, mock: MockHandle, how: str, told: list[str], polls: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They come twice, the last first, or not at all, when tasks move by time and by looks; the next task's are in order."""
        mock.change(polls=polls)
        sent: list[str] = []

        def send(post: Post) -> int:
            sent.append(json.loads(post.body)["task_status"])
            return 200

        monkeypatch.setattr(mock.world.dispatcher, "_send", send)
        for fault, expected in ((f"callbacks={how}", told), (None, ["submitted", "processing", "succeed"])):
            task = create(mock, fault, callback_url="http://127.0.0.1:9/x").json()["data"]["task_id"]
            for _ in range(3):
                mock.advance(600)
                look(mock, f"/{task}")
            mock.advance(0)
            assert sent == expected
            sent.clear()


class TestAskedFor:
    """The control API, the header, and the short forms."""

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            ({"kind": "code", "code": 999}, "faults[0].code: no code 999; the error table has 1000"),
            ({"kind": "code"}, "missing required field `code`"),
            ({"kind": "html", "status": 204}, "has no body"),
            ({"kind": "nothing"}, "Invalid value 'nothing'"),
            ({"kind": "slow", "second": 1}, "unknown field `second`"),
            ({"kind": "slow", "seconds": -1}, "faults[0].seconds"),
            ({"kind": "slow", "chance": 1.5}, "faults[0].chance"),
            ({"kind": "slow", "times": 0}, "faults[0].times"),
            ({"kind": "slow", "operation": "text_to_vide.create"}, "did you mean text_to_video.create?"),
            (
                {"kind": "slow", "operation": "text_to_video.create", "role": "get"},
                "faults[0].role: it can strike no operation",
            ),
            ({"kind": "fail", "role": "get"}, "faults[0].role: it can strike no operation: none like '*' is a create"),
            ({"kind": "fail", "operation": "*.get"}, "faults[0].operation: it can strike no operation"),
        ],
    )
    def test_what_means_nothing_is_refused(self, mock: MockHandle, fault: Any, said: str) -> None:
        """A fault that no request could meet is refused, and none of its list is added."""
        with pytest.raises(ValueError, match=re.escape(said)):
            mock.control("POST", "/faults", {"faults": [fault, {"kind": "reset"}]})
        assert mock.faults() == []

    @pytest.mark.parametrize(
        "header",
        [
            "nothing",
            "code",
            "code=x",
            "code=999",
            "slow=-1",
            "slow=nan",
            "slow=2; second=3",
            "reset=1",
            "slow; times=2",
            "slow,,reset",
        ],
    )
    def test_a_header_that_cannot_be_read_is_told(self, mock: MockHandle, header: str) -> None:
        """The answer is the mock's own, not the vendor's envelope; nothing is started."""
        answer = create(mock, header)
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]
        assert answer.json()["error"].startswith("x-kling-mock-fault: ")
        assert len(mock.account.tasks) == 0

    def test_the_header_is_for_one_request(self, mock: MockHandle) -> None:
        """The next request goes through; the faults that stand are not counted up by it."""
        assert create(mock, "code=5000").json()["code"] == 5000
        assert create(mock, "").json()["code"] == 0
        assert codes(mock, 1) == [0]
        assert mock.faults() == []

    def test_faults_are_taken_back(self, mock: MockHandle) -> None:
        """One by its id, or all; an unknown id is 404."""
        first, second = mock.fault("code", code=5000), mock.fault("slow", seconds=0)
        mock.control("DELETE", f"/faults/{first}")
        assert [one["id"] for one in mock.faults()] == [second]
        assert codes(mock, 1) == [0]
        with pytest.raises(ValueError, match="no fault 'f1'"):
            mock.control("DELETE", f"/faults/{first}")
        mock.clear_faults()
        assert mock.faults() == []

    def test_the_short_forms_are_faults(self, mock: MockHandle) -> None:
        """fail-next and fault-next tell what waits, in order, and stand beside the others."""
        assert mock.control("POST", "/fault-next", {"code": 1303, "count": 2}) == {"waiting": [1303, 1303]}
        assert mock.control("POST", "/fault-next", {"code": 5000}) == {"waiting": [1303, 1303, 5000]}
        assert mock.control("POST", "/fail-next", {"reason": "x"}) == {"waiting": ["x"]}
        told = mock.control("POST", "/fail-next", {})["waiting"]
        assert told == ["x", "Failure to pass the risk control system"]
        assert [one["kind"] for one in mock.faults()] == ["code", "code", "fail", "fail"]
        assert codes(mock, 4) == [1303, 1303, 5000, 0]
        assert mock.faults()[2]["fired"] == 1
        for wrong in ({"code": 999}, {"code": 1303, "count": 0}):
            with pytest.raises(ValueError, match=r"no code 999|>= 1"):
                mock.control("POST", "/fault-next", wrong)

    def test_spent_faults_do_not_pile_up(self, mock: MockHandle) -> None:
        """Thousands of short forms leave a hundred behind, and nothing for a request to look at."""
        for _ in range(300):
            mock.fault_next(5000)
            create(mock)
        assert len(mock.faults()) == 100
        assert mock.account.faults.live == []
