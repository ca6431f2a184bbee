"""Widgets for notebooks: an upload at work, a report, a field map, a segment.

Logic stands in plain classes, which know nothing of ipywidgets; the widgets show it and pass clicks on. Beside the
four packages: `look`, how all of them look; `shown`, how they read without a front end; `private`, controls that hold
cells for a while; `paging` with `page_turner`.
"""
