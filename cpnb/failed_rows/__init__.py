"""Which rows of an upload the service refused: what can be read, and what can be found by sending rows again.

::

    looking        failed_rows(), which reads, and find_failed_rows(), which sends
    evidence       keys without a profile, warnings that explain  | search        which rows to send again next
    part_outcomes  what the end of a part's job says about its rows
    small_jobs     a few rows sent again, as a job of their own
    stored_keys    which keys have a profile: SearchProfiles
    sent_table     the upload that is asked about
    verdicts       positions of rows, with a reason and how sure it is
"""

from cpnb.failed_rows.looking import MAX_REQUESTS, FailedRowsWarning, failed_rows, find_failed_rows
from cpnb.failed_rows.search import SearchProgress
from cpnb.failed_rows.sent_table import SentTable

__all__ = ["MAX_REQUESTS", "FailedRowsWarning", "SearchProgress", "SentTable", "failed_rows", "find_failed_rows"]
