"""The journal of a batch, and what a job may look like."""

import json
import sqlite3
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import BODY, Bench
from hand import Hand, sync_client
from hypothesis import given
from hypothesis import strategies as st
from test_batch import boats

from kling import JournalRefused, Kling
from kling._core.jobs import jobs


@pytest.fixture
def hand(mock: Bench) -> Hand:
    """A clock that the mock lives by too."""
    return Hand(mock)


@pytest.fixture(params=["run.jsonl", "run.db"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A journal of either kind."""
    return tmp_path / str(request.param)


class TestJournal:
    """What keeps two runs apart."""

    def test_two_runs_do_not_share_a_journal(self, hand: Hand, journal: Path) -> None:
        """While one run holds a journal another is refused; afterwards it is let in."""
        client, noting = sync_client(hand)
        running = iter(client.batch(boats(3), journal=journal))
        next(running)
        asked = len(noting.asked)
        with pytest.raises(JournalRefused, match="another run"):
            list(client.batch(boats(3), journal=journal))
        assert len(noting.asked) == asked
        running.close()  # type: ignore[attr-defined]  # it is a generator
        assert len(list(client.batch(boats(3), journal=journal))) == 3

    def test_the_journal_of_other_jobs_is_refused(self, hand: Hand, journal: Path) -> None:
        """What differs is named; jobs that were added are run."""
        client, _ = sync_client(hand)
        list(client.batch(boats(2), journal=journal))
        other = boats(2)
        other[1]["arguments"] = {**BODY, "prompt": "Another boat", "duration": "5"}
        for said, problem in (
            (other, "job 'boat-1' was text_to_video.create with another duration, prompt"),
            (boats(1), "job 'boat-1' is not among these jobs"),
            (
                [{**boats(1)[0], "call": "image_to_video.create", "arguments": {"image": "x", "model_name": "kling-v3"}}],
                "was text_to_video.create",
            ),
        ):
            with pytest.raises(JournalRefused, match=problem):
                list(client.batch(said, journal=journal))
        assert len(list(client.batch(boats(3), journal=journal))) == 3

    def test_a_file_that_is_no_journal_is_left_alone(self, hand: Hand, tmp_path: Path) -> None:
        """A name that is taken by something else is told, and nothing is written there."""
        client, _ = sync_client(hand)
        for number, content in enumerate(
            [b"my notes", b"my notes\n", b'{"kling_batch":1}\nnonsense\n', b"\n", b'{"kling_batch":2}\n']
        ):
            path = tmp_path / f"{number}.jsonl"
            path.write_bytes(content)
            with pytest.raises(JournalRefused, match=r"not the journal|is damaged"):
                list(client.batch(boats(1), journal=path))
            assert path.read_bytes() == content
        (tmp_path / "notes.db").write_bytes(b"my notes" * 200)
        with pytest.raises(JournalRefused):
            list(client.batch(boats(1), journal=tmp_path / "notes.db"))

    def test_it_holds_no_secret_and_no_prompt(self, mock: Bench, hand: Hand, tmp_path: Path) -> None:
        """The key is not in it, nor what was asked for."""
        client, _ = sync_client(hand)
        list(client.batch(boats(1), journal=tmp_path / "run.jsonl"))
        text = (tmp_path / "run.jsonl").read_text()
        assert mock.world.settings.api_key not in text
        assert "paper boat" not in text
        with sqlite3.connect(tmp_path / "run.db") as database:
            assert database.execute("SELECT 1").fetchone() == (1,)


class TestJobs:
    """What a job may look like."""

    def test_a_file_of_lines(self, tmp_path: Path) -> None:
        """JSON lines, empty ones left out, with any text in them."""
        said = [{"call": "text_to_video.create", "id": 7, "arguments": {"prompt": "a\u2028b"}}, {"call": "x.create"}]
        path = tmp_path / "jobs.jsonl"
        path.write_text("\n\n".join(json.dumps(one, ensure_ascii=False) for one in said) + "\n", encoding="utf-8")
        first, second = jobs(path)
        assert (first.id, first.call, first.arguments) == ("7", "text_to_video.create", {"prompt": "a\u2028b"})
        assert second.arguments == {}

    @given(arguments=st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.binary(max_size=3), max_size=3), max_size=6))  # fmt: skip
    def test_ids_are_made_from_what_is_asked(self, arguments: list[dict[str, Any]]) -> None:
        """Jobs without ids get the same ones in every run, each another, in any order of the members."""
        said = [{"call": "x.create", "arguments": one} for one in arguments]
        ids = [one.id for one in jobs(said)]
        assert len(set(ids)) == len(ids)
        turned = [{"arguments": dict(reversed(one.items())), "call": "x.create"} for one in arguments]
        assert [one.id for one in jobs(turned)] == ids

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            ({"id": "a"}, "a job holds call"),
            ({"call": "text_to_video.create", "prompt": "x"}, "a job holds call"),
            ({"call": "nobody.create"}, "no call that a batch can make"),
            ({"call": "close.create"}, "no call that a batch can make"),
            ({"call": "text_to_video.explode"}, "no call that a batch can make"),
            ({"call": "text_to_video.page"}, "no call that a batch can make"),
            ({"call": "text_to_video.create", "arguments": {**BODY, "promt": "x"}}, "promt"),
            ({"call": "text_to_video.create", "arguments": {"prompt": "x"}}, "model_name"),
            ({"call": "text_to_video.create", "arguments": {"image": BytesIO()}}, "in place of an open file"),
        ],
    )
    def test_a_job_that_is_none_is_told_before_anything_is_sent(self, said: Any, problem: str, client: Kling) -> None:
        """The job is named, with what is wrong; the batch does not begin."""
        with pytest.raises((ValueError, TypeError), match=problem):
            client.batch([said], journal="never.jsonl")
        assert not Path("never.jsonl").exists()

    def test_two_jobs_with_one_id_are_refused(self, client: Kling) -> None:
        """The id names the job in the journal."""
        with pytest.raises(ValueError, match="two jobs have the id 'boat-0'"):
            client.batch(boats(1) * 2, journal="never.jsonl")
