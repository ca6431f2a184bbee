"""Widgets for notebooks: what an upload looks like at work.

Logic stands in plain classes, which know nothing of ipywidgets; the widgets show it and pass clicks on.
"""
