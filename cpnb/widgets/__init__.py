"""Widgets: what is shown in a notebook can be clicked there; their logic stands in plain classes beside them."""
