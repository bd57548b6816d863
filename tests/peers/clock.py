"""A clock that tests move: sleeping passes the time at once, so that hours are covered in none."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Time, seconds since 1970; `sleeps` notes how long each sleep was, in order.

    `oversleep_s` is by how much each sleep is too long, as on a busy machine.
    """

    time_s: float = 1_800_000_000.0
    sleeps: list[float] = field(default_factory=list)
    oversleep_s: float = 0.0

    def now(self) -> float:
        """Tell the time."""
        return self.time_s

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.sleeps.append(seconds)
        self.time_s += seconds + self.oversleep_s
