"""Progress by looks: where an account says so, a task moves on when it has been looked at often enough."""

from collections.abc import Callable

from msgspec import structs

from .account import Account
from .tasks import NEVER, Task, Way


def begins(way: Way, now: int) -> tuple[int, ...]:
    """Return when a new task reaches each state: the first now, the others nobody knows."""
    return (now, *[NEVER] * (len(way.states) - 1))


def looked_at(account: Account, task: Task, now: int, announce: Callable[[Task, int], None]) -> Task:
    """Return the task as this look finds it; `announce` is told of a state that it brought, by its place."""
    if NEVER not in task.begins:
        return task
    looks = account.looks.get(task.id, 0) + 1  # since its last state
    if not account.polls or looks < account.polls:
        account.looks[task.id] = looks
        return task
    account.looks.pop(task.id, None)
    place = task.begins.index(NEVER)
    at = max(now, task.begins[place - 1])  # the clock may have been set back
    moved = structs.replace(task, begins=(*task.begins[:place], at, *task.begins[place + 1 :]))
    account.tasks.replace(moved)
    if place == len(task.begins) - 1:
        account.ended(moved)
    announce(moved, place)
    return moved
