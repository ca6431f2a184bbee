"""Runs the notebooks and saves them clean: ``python -m tests.notebooks [--tidy-only] [NOTEBOOK ...]``.

Without names, all of the course. What differs from one run to the next and says nothing is left out: times of
execution, the state of widgets, the version of Python. If, ids, times and ports apart, a run gives the outputs that
the file has already, the file stays as it is, byte for byte: a change in version control is a change in what
readers see.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SANITIZING = FOLDER / "nbval_sanitize.cfg"

CELL_TIMEOUT_S = 300
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# What a cell may say of itself: tags, and the reason for those that keep an output from being compared.
KEPT_OF_A_CELL = frozenset({"tags", "reason"})

# By these VS Code, Colab and JupyterLab know which kernel to take, and how to colour the cells.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def read(path: Path) -> Any:
    """Return a notebook as it stands in its file, checked against the schema of its format."""
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def ran(notebook: Any, folder: Path = FOLDER) -> Any:
    """Return the notebook with the outputs of a run from its first cell to its last."""
    fresh = copy.deepcopy(notebook)
    NotebookClient(
        fresh,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # newer kernels warn of TCP, on loopback too
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return fresh


def tidied(notebook: Any) -> Any:
    """Return the notebook without what says nothing to a reader."""
    tidy = copy.deepcopy(notebook)
    tidy.metadata = nbformat.from_dict(METADATA)
    for cell in tidy.cells:
        kept = {name: value for name, value in cell.metadata.items() if name in KEPT_OF_A_CELL}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET_VIEW, None)
    return tidy


def _joined(outputs: list[Any]) -> list[Any]:
    """Return the outputs; text that a kernel sent in pieces, cut wherever time would have it, in one piece."""
    joined: list[Any] = []
    for output in copy.deepcopy(outputs):
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def sanitized(text: str) -> str:
    """Return the text as nbval compares it, with ids, times and ports made alike."""
    pairs = re.findall(r"^regex: (.*)$\n^replace: (.*)$", SANITIZING.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for pattern, replacement in pairs:
        text = re.sub(pattern, replacement, text)
    return text


def shown(notebook: Any) -> list[str]:
    """Return what each cell of code shows, ids, times and ports apart."""
    return [
        json.dumps([_content(output) for output in _joined(cell.outputs)], ensure_ascii=False)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _content(output: Any) -> Any:
    if output.output_type == "stream":
        return {output.name: sanitized(output.text)}
    if output.output_type == "error":
        return {output.ename: sanitized(output.evalue)}
    return {kind: sanitized(output.data[kind]) for kind in sorted(output.data) if isinstance(output.data[kind], str)}


def written(notebook: Any) -> str:
    """Return the text of the notebook's file."""
    return nbformat.writes(notebook) + "\n"


def _refresh(path: Path, *, run: bool) -> str:
    """Run and save one notebook, and return what became of it."""
    before = read(path)
    after = tidied(ran(before) if run else before)
    if shown(after) == shown(before):
        after = tidied(before)
        for count, cell in enumerate((cell for cell in after.cells if cell.cell_type == "code"), 1):
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    changed = written(after) != path.read_text(encoding="utf-8")
    if changed:
        path.write_text(written(after), encoding="utf-8")
    return "saved" if changed else "as it was"


def main(arguments: list[str] | None = None) -> int:
    """Refresh the notebooks named, or all; a cell that raises ends it, and its notebook stays as it was."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=NOTEBOOKS, metavar="NOTEBOOK")
    parser.add_argument("--tidy-only", action="store_true", help="do not run them")
    options = parser.parse_args(arguments)
    for path in options.notebooks:
        began_s = time.monotonic()
        result = _refresh(path, run=not options.tidy_only)
        print(f"{path.name}: {result} ({time.monotonic() - began_s:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
