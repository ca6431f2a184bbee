"""A notebook that is open in JupyterLab, used as a person would use it."""

from __future__ import annotations

import ast
import json
import secrets
import time
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page

PATIENCE_S = 20.0

# `window.jupyterapp` is JupyterLab itself; its promises tell when a thing is done, so that no test has to sleep.
_OPEN = """async path => {
    const panel = await jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    await panel.context.sessionContext.session.kernel.info;
    window.openPanel = panel;
    if (panel.heardBesideCells) return;
    panel.heardBesideCells = [];
    panel.context.sessionContext.iopubMessage.connect((_, message) => {
        const isOfACell = message.parent_header.msg_type === 'execute_request';
        // JupyterLab asks each kernel for widgets, and one that has not imported ipywidgets complains of that.
        const isKnown = (message.content.text || '').startsWith('No such comm');
        if (!isOfACell && !isKnown && ['error', 'stream'].includes(message.header.msg_type))
            panel.heardBesideCells.push(JSON.stringify(message.content));
    });
}"""
_EVALUATE = """async expression => {
    const kernel = openPanel.context.sessionContext.session.kernel;
    const reply = await kernel.requestExecute({
        code: '', silent: true, store_history: false,
        user_expressions: {value: "__import__('json').dumps(" + expression + ", default=str)"},
    }, true).done;
    const value = reply.content.user_expressions.value;
    if (value.status !== 'ok') throw new Error(value.ename + ': ' + value.evalue);
    return value.data['text/plain'];
}"""
_RUN_ONE = """async place => {
    const cells = openPanel.content.widgets;
    openPanel.content.activeCellIndex = cells.indexOf(cells.filter(cell => cell.model.type === 'code')[place]);
    openPanel.content.deselectAll();
    return await jupyterapp.commands.execute('notebook:run-cell');
}"""
_CLOSE = """async () => {
    await openPanel.context.sessionContext.shutdown();
    openPanel.context.model.dirty = false;
    openPanel.close();
    openPanel.dispose();
}"""


def write_notebook(path: Path, cells: list[str] | Path, kernel: str = "python3") -> None:
    """Write a notebook that was not run: of cells of code, or as it stands in a file."""
    if isinstance(cells, Path):
        notebook = nbformat.read(cells, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    else:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(notebook, path)


class LabNotebook:
    """A notebook in a page of JupyterLab, with a kernel of its own.

    Parameters
    ----------
    page : Page
        The page.
    root : Path
        The folder that the server serves.
    cells : list of str or Path
        Its cells of code, or the notebook of which it is a copy.
    kernel : str
        The name of its kernel.
    """

    def __init__(self, page: Page, root: Path, cells: list[str] | Path, kernel: str = "python3") -> None:
        self.page = page
        self.path = root / f"notebook-{secrets.token_hex(4)}.ipynb"  # one that was not there has a fresh kernel
        write_notebook(self.path, cells, kernel)
        self.open()

    def open(self) -> None:
        """Open it, or turn to it if it is open."""
        self.page.evaluate(_OPEN, self.path.name)

    @property
    def cells(self) -> Locator:
        """Its cells of code, in order."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell")

    def outputs(self, place: int) -> Locator:
        """Return what stands below the cell at a place."""
        return self.cells.nth(place).locator(".jp-Cell-outputArea")

    def run_all(self) -> None:
        """Run every cell, and return when the last one has ended."""
        went_well = self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        assert went_well, "\n".join(self.cells.locator(".jp-Cell-outputArea").all_inner_texts())

    def run(self, place: int) -> None:
        """Run the cell of code at a place, and return when it has ended."""
        went_well = self.page.evaluate(_RUN_ONE, place)
        assert went_well, self.outputs(place).inner_text()

    def begin(self, place: int) -> None:
        """Run the cell at a place, and return at once."""
        self.page.evaluate(f"place => {{ ({_RUN_ONE})(place); }}", place)

    def value(self, expression: str) -> Any:
        """Return what a Python expression is in the kernel, without a cell and an output."""
        return json.loads(ast.literal_eval(self.page.evaluate(_EVALUATE, expression)))

    def wait_for(self, expression: str, wanted: Any = True, timeout_s: float = PATIENCE_S) -> None:
        """Wait until an expression is as wanted in the kernel: what a click does may go on in another thread."""
        deadline_s = time.monotonic() + timeout_s
        while (found := self.value(expression)) != wanted:
            assert time.monotonic() < deadline_s, f"{expression} is {found!r}; wanted {wanted!r}"
            self.page.wait_for_timeout(50)

    @property
    def heard_beside_cells(self) -> list[str]:
        """What the kernel printed, and which errors it told, beside its cells: JupyterLab has a log panel for it."""
        return list(self.page.evaluate("() => openPanel.heardBesideCells"))

    def save(self) -> Any:
        """Save it, and return what stands in the file."""
        self.page.evaluate("() => openPanel.context.save()")
        return nbformat.read(self.path, as_version=4)

    def interrupt_kernel(self) -> None:
        """Interrupt what its kernel does."""
        self.page.evaluate("() => openPanel.context.sessionContext.session.kernel.interrupt()")

    def restart_kernel(self) -> None:
        """Restart its kernel, without being asked whether it is meant."""
        self.page.evaluate("() => openPanel.context.sessionContext.restartKernel()")

    def reload(self) -> None:
        """Load the page anew, as after a look at another one, and open the notebook again."""
        assert self.heard_beside_cells == []
        self.page.reload()
        await_lab(self.page)
        self.open()

    def close(self) -> None:
        """End its kernel and close it."""
        self.page.evaluate(_CLOSE)


def await_lab(page: Page) -> None:
    """Wait until JupyterLab stands."""
    page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
    page.evaluate("() => jupyterapp.restored.then(() => true)")
