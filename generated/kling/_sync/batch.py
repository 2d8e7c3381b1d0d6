"""A batch of jobs: iterate over it to run them."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kling._core.batch import Work
from kling._core.jobs import JobSaid, Outcome, Running, Summary, jobs

from .resource import Resource
from .task import performed


class Batch:
    """Jobs that are each done once, however often the run is broken off and begun again."""

    def __init__(self, client: Any, said: str | Path | Iterable[JobSaid], journal: Path, how: Running) -> None:
        assert client._transport.http is not None, "made here, so that there is only one"
        self._client, self._transport = client, copy(client._transport)
        self._transport.pace = client._transport.pace
        retries = replace(self._transport.settings.retries, limit=0)  # a batch knows better what to do meanwhile
        self._transport.settings = replace(self._transport.settings, retries=retries)
        self._begun = partial(Work, list(jobs(said)), self._resource, self._transport, journal, how)
        self._work = self._begun()

    def _resource(self, name: str) -> Any:
        found = getattr(self._client, name, None)
        return type(found)(self._transport) if isinstance(found, Resource) else None

    @property
    def summary(self) -> Summary:
        """How far the run is."""
        return self._work.summary

    def __iter__(self) -> Iterator[Outcome]:
        """Run the jobs, and yield the outcome of each when it is known; those of earlier runs first.

        Raises `JournalRefused`, and what would meet every job: no access, no money, no connection. Iterate again to go on.
        """
        self._work = self._begun()
        return performed(self._work.steps(), self._transport)
