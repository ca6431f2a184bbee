"""What a service answered a moment ago: for questions that may be asked at every key, and must never keep anyone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from cpnb.errors import CpnbError
from cpnb.retrying import Patience

__all__ = ["Recently"]

WAIT_S = 0.6
"""How long somebody who typed Tab waits for a list of names: JupyterLab forgets about a kernel that takes 1 s.
Source: its setting `providerTimeout`."""

KEPT_S = 5.0
"""How long an answer, or the want of one, is taken for what there is."""

_ONE_TRY = Patience(try_again_for_s=0.0)


@dataclass(slots=True)
class _Answer:
    names: tuple[str, ...] = ()
    asked_at_s: float = field(default_factory=time.monotonic)
    came: threading.Event = field(default_factory=threading.Event)


class Recently:
    """Names that a service gave in the last seconds; none if it does not answer in time, or refuses."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, _Answer] = {}

    def names(self, key: Hashable, ask: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """Return what `ask` gave in the last seconds, or gives within a second.

        Parameters
        ----------
        key : hashable
            Stands for the question.
        ask : callable
            Asks. It runs on a thread of its own, and is asked again only when its answer is old.
        """
        answer = self._answers.get(key)
        if answer is None or time.monotonic() - answer.asked_at_s > KEPT_S:
            # While it is asked again, the names of before are better than none.
            answer = self._answers[key] = _Answer(answer.names if answer else ())
            threading.Thread(target=_fill, args=(answer, ask), daemon=True, name="cpnb-names").start()
        answer.came.wait(WAIT_S)
        return answer.names


def _fill(answer: _Answer, ask: Callable[[], tuple[str, ...]]) -> None:
    try:
        with _ONE_TRY.applied():
            answer.names = ask()
    except CpnbError:
        pass  # nobody asked for an error: there is nothing to offer
    finally:
        answer.came.set()
