"""Ending with the parent: by its end of our standard input, and by its death."""

from __future__ import annotations

import os
import sys
import threading

LOOK_EVERY_S = 0.5


def stop_with_parent(stopped: threading.Event) -> None:
    """Set `stopped` when standard input closes or the parent dies, whichever comes first.

    The first is exact and works everywhere, but not always: a process that the parent forked holds the other
    end of our standard input too, and may outlive it. So on systems that give orphans to another parent we
    look for that as well. (Windows does not, and has no forks.)
    """
    threading.Thread(target=_read_input, args=(stopped,), name="input", daemon=True).start()
    if sys.platform != "win32":
        threading.Thread(target=_watch_parent, args=(stopped, os.getppid()), name="parent", daemon=True).start()


def _read_input(stopped: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopped.set()


def _watch_parent(stopped: threading.Event, parent: int) -> None:
    while os.getppid() == parent:
        if stopped.wait(LOOK_EVERY_S):
            return
    stopped.set()
