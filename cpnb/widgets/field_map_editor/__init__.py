"""Saying by clicking which column is which field.

::

    editor           FieldMapEditor
    field_map_row    one column
    field_map_draft  the map as far as it goes, and its conflicts
    column_shapes    what the cells of a column look like, without the cells
"""

from cpnb.widgets.field_map_editor.editor import FieldMapEditor

__all__ = ["FieldMapEditor"]
