"""Sphinx's configuration of the reference: ``python -m sphinx -W -c notebooks/reference notebooks build/reference``.

The source folder is ``notebooks``, so that the numbered notebooks are the course beside the reference; they appear with
the outputs that they were saved with, and are not run. Nothing is fetched, and a page loads nothing from elsewhere.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path

import numpydoc.xref
from sphinx.application import Sphinx

import cpnb
import cpnb.dask

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

# What the pages document beside the public names: ``cpnb.parts.Part``.
INNER_TYPES = {
    name for page in HERE.glob("*.rst") for name in re.findall(r"cpnb(?:\.[a-z_]+)+\.[A-Z]\w+", page.read_text("utf-8"))
}

project = "cpnb"
author = "The cpnb authors"
copyright = author  # noqa: A001 - Sphinx calls it so
release = version = cpnb.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_autosummary_accessors",
    "myst_nb",
    "generated",
    "references",
]
root_doc = "reference/index"
exclude_patterns = ["data/LICENCE*", "**/.ipynb_checkpoints"]

# A name between single backticks is a public name or a parameter; `references` holds the docstrings to it.
default_role = "py:obj"
nitpicky = True
# Of the inside: they stand in the signatures of documented things, and nobody has a use for them.
nitpick_ignore = [
    ("py:class", "cpnb.column_account.ColumnAccount"),
    ("py:class", "cpnb.csvstream.Edits"),
    ("py:class", "cpnb.measuring.Measure"),
    ("py:class", "cpnb.display.Bar"),
    ("py:class", "cpnb.display.Tone"),
    ("py:class", "cpnb.frames.batch_table.BatchTable"),
    ("py:class", "cpnb.frames.kinds.ArrowStream"),
    ("py:class", "cpnb.repaired_batches.RepairedBatches"),
    ("py:class", "cpnb.widgets.segment_builder.group_box.GroupBox"),
    ("py:class", "cpnb.widgets.segment_builder.segment_draft.GroupDraft"),
    ("py:class", "cpnb.widgets.segment_builder.segment_draft.SegmentDraft"),
    ("py:obj", "StoppedError"),
]
highlight_language = "ipython3"

autosummary_generate = False
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 120
add_module_names = False
toc_object_entries_show_parents = "hide"

# Types of parameters link to what the reference holds; all their other words are words.
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = (
    {word: word for word in numpydoc.xref.DEFAULT_LINKS}
    | {name.rpartition(".")[2]: name for name in INNER_TYPES}
    | {name: f"cpnb.{name}" for name in cpnb.__all__}
)

nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default names a CDN
nb_merge_streams = True
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"cpnb {release}"
html_static_path = ["static"]
html_css_files = ["reference.css"]
html_additional_pages = {"index": "to_reference.html"}
templates_path = ["templates"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False


def hide_constructor(
    app: Sphinx, kind: str, name: str, thing: object, options: object, signature: str | None, annotation: str | None
) -> tuple[str, None] | None:
    """Show how to make an object only where its docstring tells the parameters; the others are handed out by cpnb."""
    if kind in {"class", "exception"} and signature is not None and "Parameters\n" not in (inspect.getdoc(thing) or ""):
        return "", None
    return None


def import_for_annotations() -> None:
    """Do the imports that are there for type checkers only, so that annotations can be told in full."""
    for name in cpnb.__all__:
        getattr(cpnb, name)
    for module in [module for name, module in sys.modules.items() if name.startswith("cpnb.")]:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                exec("\n".join(map(ast.unparse, node.body)), vars(module))  # noqa: S102 - our own lines


def setup(app: Sphinx) -> None:
    """Tell autodoc which signatures to show."""
    import_for_annotations()
    app.connect("autodoc-process-signature", hide_constructor)
