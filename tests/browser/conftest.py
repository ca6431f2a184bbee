"""JupyterLab in headless Chromium, which sees nothing of the world but the server on loopback.

It needs JupyterLab and Playwright, which come with the development extra, and a Chromium on the path, or where the
environment says in CHROMIUM.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from tests.browser.jupyter_server import OLDER_IPYKERNEL, JupyterServer, jupyter_server
from tests.browser.lab_notebook import PATIENCE_S, LabNotebook, await_lab
from tests.installed import CLIENTS, missing

INSTALL_CHROMIUM = "apt-get install -y --no-install-recommends chromium"

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# What JupyterLab itself logs as an error where a kernel is gone: it does not find the widgets, and a page that is
# loaded anew soon after a restart of the kernel has asked for its debugger.
OF_A_KERNEL_THAT_IS_GONE = ("widget model not found", "Could not restore the debugger state")

WIDE = {"width": 1280, "height": 1000}

SCREENSHOTS = os.environ.get("CPNB_SCREENSHOTS")
"""Where screenshots are kept; without it, in the folder of the test."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """A JupyterLab that runs as long as the tests."""
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


# A file has its own: Playwright keeps an event loop in this thread, and the tests of other files have theirs.
@pytest.fixture(scope="module")
def page(server: JupyterServer) -> Iterator[Page]:
    """A page with JupyterLab, open as long as the tests of a file."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        missing("Chromium", INSTALL_CHROMIUM)
    expect.set_options(timeout=PATIENCE_S * 1000)  # on a machine with much to do, a change of theme takes over five
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
        opened = context.new_page()
        opened.asked_outside, opened.problems = [], []  # type: ignore[attr-defined]

        def stay_inside(route: Route) -> None:
            if route.request.url.startswith((server.url, "data:", "blob:")):
                route.continue_()
            else:
                opened.asked_outside.append(route.request.url)  # type: ignore[attr-defined]
                route.abort()

        context.route("**/*", stay_inside)

        opened.on("pageerror", lambda error: opened.problems.append(str(error)))  # type: ignore[attr-defined]
        opened.on(
            "console",
            lambda message: opened.problems.append(message.text) if message.type == "error" else None,  # type: ignore[attr-defined]
        )
        opened.goto(f"{server.url}/lab?reset&token={server.token}")
        await_lab(opened)
        yield opened
        browser.close()


@pytest.fixture
def lab(server: JupyterServer, page: Page, request: Any, screenshot: Any) -> Iterator[Callable[..., LabNotebook]]:
    """Opens a notebook of some cells, or a copy of one.

    In the end, nothing was asked of the world, and no error was logged.
    """
    opened: list[LabNotebook] = []
    page.asked_outside.clear()  # type: ignore[attr-defined]
    page.problems.clear()  # type: ignore[attr-defined]
    loses_kernel = request.node.get_closest_marker("loses_kernel") is not None

    def is_forgiven(problem: str) -> bool:
        return loses_kernel and any(words in problem for words in OF_A_KERNEL_THAT_IS_GONE)

    def open_notebook(cells: list[str] | Path, kernel: str = "python3") -> LabNotebook:
        opened.append(LabNotebook(page, server.root, cells, kernel))
        return opened[-1]

    yield open_notebook
    report = getattr(request.node, "report_of_call", None)
    if report is None or report.failed:
        screenshot("failed")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    heard = []
    for notebook in opened:
        notebook.open()
        heard += notebook.heard_beside_cells
        notebook.close()
    assert heard == []
    assert page.asked_outside == []  # type: ignore[attr-defined]
    assert [one for one in page.problems if not is_forgiven(one)] == []  # type: ignore[attr-defined]


@pytest.fixture
def screenshot(page: Page, request: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Keeps a picture of the page."""

    def keep(name: str) -> Path:
        folder = Path(SCREENSHOTS) if SCREENSHOTS else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{request.node.name}-{name}.png"
        page.screenshot(path=path)
        return path

    return keep


@pytest.fixture
def older_kernel() -> str:
    """The name of a kernel with the last ipykernel before version 7."""
    if not (OLDER_IPYKERNEL / "ipykernel").exists():
        missing("ipykernel 6")
    return "older"


@pytest.fixture
def barriers(page: Page) -> Callable[[str], list[str]]:
    """Returns what axe-core finds in a part of the page that keeps people out: serious and critical barriers."""
    axe = CLIENTS / "browser" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        missing("axe-core")

    def find(selector: str) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(axe.read_text(encoding="utf-8"))
        found = page.evaluate("selector => axe.run(selector)", selector)
        assert found["passes"], "nothing was looked at"
        return [
            f"{violation['impact']}: {violation['help']}: {[node['html'][:200] for node in violation['nodes']]}"
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]

    return find


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: Any) -> Iterator[None]:
    """Let fixtures know how the test went."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.when == "call":
        item.report_of_call = report
