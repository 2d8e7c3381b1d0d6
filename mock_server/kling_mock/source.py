"""What is known of the media of a request, as tasks and prices need it."""

from typing import NamedTuple


class Source(NamedTuple):
    """The film or sound that a request works on, as far as it is known."""

    id: str  # empty for one given by its URL
    url: str
    length: str = ""  # seconds, as a reply tells them; empty when not known
    seconds: float = 0.0  # 0 when not known
    width: int = 0
    height: int = 0


class Media(NamedTuple):
    """What the media of a request came to."""

    source: Source | None = None  # the film, else the sound, that is worked on
    is_parent: bool = False  # the source can be named by an id: replies tell it as the parent
    size: tuple[int, int] | None = None  # of the first picture, else of the film, where known: width and height
    speaks: bool = False  # a sound goes into what is made
    failure: str = ""  # the text with which the task will fail
    fails_in: tuple[float, float] = (0.0, 0.0)  # seconds after its creation, least and most

    @property
    def seconds(self) -> float:
        """Return the length of the source; 0 when it is not known."""
        return self.source.seconds if self.source else 0.0


NOTHING = Media()
