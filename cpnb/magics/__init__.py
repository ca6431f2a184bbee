"""The ``%cp_`` magics: the way from a notebook's cell to the public functions.

::

    completion      what Tab offers, and where
    candidates      what can stand at a place: variables, columns, files, names that a service is asked for
    recently        names that a service gave a moment ago
    at_a_glance     FAMILY, all classes of magics; %cp_help
    places          %cp_sandbox, %cp_domain
    tables          %cp_read, %cp_fields, %cp_validate, %cp_clean
    sending         %cp_plan, %cp_upload
    jobs            %cp_jobs, %cp_job
    segments        %cp_segments, %%cp_segment
    conditions      what stands in the cell of %%cp_segment
    guessing        the field map, where none is named
    speaking        what is common to all: one line, one thing to do, no traceback
    names           what the words of a line mean in this notebook
    options         the options, and what is said about those that cannot be read
    python_lines    what a magic does, as Python: carried out, or printed by --show-code
    words           a line, cut into words
"""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from cpnb.magics.at_a_glance import FAMILY, guide, magics_of
from cpnb.magics.completion import attach, detach
from cpnb.magics.names import Names

__all__ = ["FAMILY", "guide", "magics_of", "register", "unregister"]


def register(shell: InteractiveShell) -> None:
    """Give the magics to a shell, once."""
    if FAMILY[0].__name__ in shell.magics_manager.registry:
        return
    names = Names(shell)
    for kind in FAMILY:
        shell.register_magics(kind(shell, names))
    attach(shell, names)


def unregister(shell: InteractiveShell) -> None:
    """Take the magics away from a shell, and stop the sandbox that they started."""
    detach(shell)
    for kind in FAMILY:
        magics = shell.magics_manager.registry.pop(kind.__name__, None)
        if magics is None:
            continue
        magics.names.forget_sandbox()
        for spelling, names in magics.magics.items():
            for name in names:
                shell.magics_manager.magics[spelling].pop(name, None)
