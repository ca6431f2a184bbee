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
    """

    def __init__(self, on_progress: Callable[[Any], None] | None) -> None:
        self._on_progress = on_progress

    def hear(self, news: Any) -> None:
        """Tell, if there is somebody who still listens."""
        if self._on_progress is None:
            return
        try:
            with speaking():  # it may be called in the middle of a request
                self._on_progress(news)
        except BaseException as error:  # noqa: BLE001 - a broken progress bar must not break the upload behind it
            self._on_progress = None
            with contextlib.suppress(UserWarning):  # nor must a warning that somebody made an error
                words = f" ({error})" if isinstance(error, CpnbError) else ""  # our own words hold no values
                warnings.warn(
                    f"on_progress raised {type(error).__name__}{words} and is not called again.", stacklevel=2
                )
