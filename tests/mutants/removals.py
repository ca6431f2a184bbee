"""All mechanisms that can be taken out, one after the other."""

from __future__ import annotations

from tests.mutants.failed_rows import FAILED_ROWS
from tests.mutants.privacy import PRIVACY
from tests.mutants.uploads import UPLOADS
from tests.mutants.wire import WIRE

REMOVALS = (*UPLOADS, *WIRE, *FAILED_ROWS, *PRIVACY)
