"""Clean customer data in a notebook and upload it to Amazon Connect Customer Profiles.

>>> import cpnb
>>> people = cpnb.samples.people(rows=100, seed=7)
>>> fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
>>> report = people.cp.validate(fields)

Importing it registers ``df.cp`` and costs pandas and little else: every public name is loaded on
its first use, from the file that the stub beside this one names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from cpnb import accessor as accessor, display as display

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"

display.shown_by("cpnb.upload_at_work.Upload", "cpnb.widgets.upload_status.show")
display.shown_by("cpnb.examining.Examining", "cpnb.widgets.passing_line.PassingLine")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a shell the ``%cp_`` magics: ``%load_ext cpnb``."""
    from cpnb import magics

    magics.register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the ``%cp_`` magics away again, and stop the sandbox that they started."""
    from cpnb import magics

    magics.unregister(shell)
