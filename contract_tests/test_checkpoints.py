"""A handle on a task is written down and taken up again."""

import json
from typing import Any

import pytest
from conftest import Bench
from hypothesis import given
from hypothesis import strategies as st

from kling import Kling
from kling._core.task import checkpointed
from kling_spec.bundle import plain
from kling_spec.load import load

_WAITING = [one["name"] for one in plain(load())["tags"] if one["x-kling-family"]["lifecycle"] != "none"]


class TestCheckpoints:
    """A task survives its process."""

    @pytest.mark.parametrize("name", _WAITING)
    def test_a_handle_comes_back(self, name: str, mock: Bench) -> None:
        """In every family with tasks: text and back is the same handle, with no secret in the text."""
        client = mock.client()
        task = getattr(client, name).task("17", {"model_name": "m", "external_task_id": "größe"})
        text = task.checkpoint()
        again = client.resume(text)
        assert again.checkpoint() == text
        assert (again.family, again.task_id, again.external_id, again.model) == (name, "17", "größe", "m")
        assert again.resource is not None
        assert mock.world.settings.api_key not in text
        assert json.loads(text)["version"] == 1

    @pytest.mark.parametrize(
        "change",
        [{"version": 2}, {"version": None}, {"family": "nobody"}, {"family": "close"}, {"family": "account"}, {"more": 1}],
        ids=str,
    )
    def test_what_is_no_checkpoint_is_refused(self, change: dict[str, Any], client: Kling) -> None:
        """Another version, a family without tasks, a member too many: told, not guessed."""
        said = {**json.loads(client.text_to_video.task("1").checkpoint()), **change}
        with pytest.raises(ValueError, match=r"checkpoint|no such family"):
            client.resume(json.dumps(said))

    @given(text=st.text() | st.recursive(st.none() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["version", "family", "task_id"]), one)).map(json.dumps))  # fmt: skip
    def test_any_text_is_a_checkpoint_or_a_value_error(self, text: str) -> None:
        """Nothing else comes out of reading one."""
        with pytest.raises(ValueError):  # noqa: PT011 (json's own is one too)
            checkpointed(text)
