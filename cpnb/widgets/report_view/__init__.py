"""What is wrong with a table, and its failing cells, to be corrected in place.

::

    view          ReportView
    failing_rows  rows, shown on request
    cell_edits    what was corrected, checked again
    cell_patch    the corrections as Python
"""

from cpnb.widgets.report_view.view import ReportView

__all__ = ["ReportView"]
