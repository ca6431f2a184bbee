"""An upload at work, in the cell that began it.

::

    cell             the cell it lives in, and what that keeps
    status           the widget, with Stop and Retry
    upload_page      how it reads as HTML
    upload_progress  speed and time, worked out from looks at the parts | watching: the one thread that looks
"""

from cpnb.widgets.upload_status.cell import show
from cpnb.widgets.upload_status.status import UploadStatus

__all__ = ["UploadStatus", "show"]
