"""Progress by looks: where an account says so, a task moves on when it has been looked at often enough."""

from collections.abc import Callable

from .account import Account
from .tasks import NEVER, Task, Way


def begins(way: Way, now: int) -> tuple[int, ...]:
    """Return when a new task reaches each state: the first now, the others nobody knows."""
    return (now, *[NEVER] * (len(way.states) - 1))


def looked_at(account: Account, task: Task, now: int, announce: Callable[[Task, int], None]) -> Task:
    """Return the task as this look finds it; `announce` is told of a state that it brought, by its place."""
    if NEVER not in task.begins:
        return task
    looks = account.looks.get(task.id, 0) + 1
    account.looks[task.id] = looks
    place = looks // account.polls if account.polls else 0
    if not 0 < place < len(task.begins) or task.begins[place] != NEVER:
        return task
    moved = task._replace(begins=tuple(now if at == place else begins for at, begins in enumerate(task.begins)))
    account.tasks.replace(moved)
    if place == len(task.begins) - 1:
        account.looks.pop(task.id)
        account.ended(moved)
    announce(moved, place)
    return moved
