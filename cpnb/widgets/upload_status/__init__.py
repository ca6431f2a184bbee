"""An upload at work, in the cell that began it.

::

    status           the widget, with Stop and Retry, and the cell it lives in
    upload_page      how it reads as HTML
    upload_progress  speed and time, worked out from looks at the parts | watching: the one thread that looks
"""

from cpnb.widgets.upload_status.status import UploadStatus, show

__all__ = ["UploadStatus", "show"]
