"""Who wants to be told how far something has come: told for as long as telling does no harm."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

from cpnb.errors import CpnbError
from cpnb.foreign_logs import speaking


class Listener:
    """Calls a function of the analyst's from a thread of ours, until it raises.

    Parameters
    ----------
    on_progress : callable, optional
        Given what there is to tell of.
    then : str
        What the warning says about the time after it raised.
    lets_through : type of exception, optional
        What passes on to the caller: an interrupt, where that is the analyst's own thread.
    """

    def __init__(
        self,
        on_progress: Callable[[Any], None] | None,
        *,
        then: str = "is not called again",
        lets_through: type[BaseException] | tuple[()] = (),
    ) -> None:
        self._on_progress = on_progress
        self._then = then
        self._lets_through = lets_through

    def hear(self, news: Any) -> None:
        """Tell, if there is somebody who still listens."""
        if self._on_progress is None:
            return
        try:
            with speaking():  # it may be called in the middle of a request
                self._on_progress(news)
        except self._lets_through:
            raise
        except BaseException as error:  # noqa: BLE001 - a broken progress bar must not break the upload behind it
            self._on_progress = None
            with contextlib.suppress(UserWarning):  # nor must a warning that somebody made an error
                words = f" ({error})" if isinstance(error, CpnbError) else ""  # our own words hold no values
                warnings.warn(f"on_progress raised {type(error).__name__}{words} and {self._then}.", stacklevel=2)
