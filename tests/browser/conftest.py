"""A real JupyterLab in a real browser: one server and one page for all tests, on loopback and nowhere else."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

START_S = 60.0
STOP_S = 15.0

CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

LAB_SETTINGS = {
    # Every cell stays in the document, and no file is written behind a test's back.
    "notebook-extension/tracker": {"windowingMode": "none"},
    # By default it forgets about a kernel that takes a second, as one does on a machine with much to do.
    "completer-extension/manager": {"providerTimeout": 20_000},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

LAB = (
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port=0",  # the system chooses, so that two can run at once
    "--ServerApp.allow_root=True",
    "--ServerApp.terminals_enabled=False",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs."""

    url: str
    token: str
    folder: Path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of the machine; the tests never download one."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CPNB_REQUIRE_CLIENTS") == "1":
        pytest.fail("chromium is missing: apt-get install chromium")
    if found is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    work = tmp_path_factory.mktemp("jupyter")
    token = secrets.token_hex(16)
    environment = {**os.environ, "JUPYTER_TOKEN": token}  # the arguments of a process are seen by everyone
    for variable, name in {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }.items():  # fmt: skip
        (work / name).mkdir()
        environment[variable] = str(work / name)
    for plugin, settings in LAB_SETTINGS.items():
        file = work / "config/lab/user-settings/@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    folder, log = work / "root", work / "server.log"
    folder.mkdir()
    with log.open("wb") as out:
        command = [sys.executable, "-m", "jupyterlab", *LAB, f"--ServerApp.root_dir={folder}"]
        process = subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Server(url_of(process, work / "runtime", token, log), token, folder)
    finally:
        process.send_signal(signal.SIGTERM)  # it stops its kernels itself
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def url_of(process: subprocess.Popen[bytes], runtime: Path, token: str, log: Path) -> str:
    """Return where a server listens, once it answers."""
    information = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            url = f"http://127.0.0.1:{json.loads(information.read_text())['port']}"
            urllib.request.urlopen(f"{url}/api/status?token={token}", timeout=5).close()
            return url
        except (OSError, ValueError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@dataclass
class Lab:
    """JupyterLab in a browser.

    Attributes
    ----------
    page : Page
        Its page.
    asked_outside : list of str
        Addresses that were asked for and are not those of the server; none was answered.
    """

    page: Page
    server: Server
    asked_outside: list[str] = field(default_factory=list)

    def let_through(self, route: Route) -> None:
        if route.request.url.startswith((self.server.url, "data:", "blob:")):
            route.continue_()
        else:
            self.asked_outside.append(route.request.url)
            route.abort()

    def open(self, cells: list[str]) -> None:
        """Open a new notebook with cells, and wait until its kernel is there."""
        name = f"{secrets.token_hex(4)}.ipynb"
        notebook = {
            "cells": [
                {"cell_type": "code", "id": f"cell-{number}", "source": text, "metadata": {}, "outputs": [],
                 "execution_count": None}
                for number, text in enumerate(cells)
            ],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }  # fmt: skip
        (self.server.folder / name).write_text(json.dumps(notebook))
        self.page.evaluate(
            """async path => {
                const panel = await jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
                await panel.context.ready;
                await panel.context.sessionContext.ready;
                await panel.context.sessionContext.session.kernel.info;
                window.panel = panel;
            }""",
            name,
        )

    def run_all(self) -> bool:
        """Run all cells, and tell whether none of them failed."""
        return bool(self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')"))

    def close(self) -> None:
        """Stop the kernel, and close the notebook as it is."""
        self.page.evaluate(
            """async () => {
                await panel.context.sessionContext.shutdown();
                panel.context.model.dirty = false;
                panel.close();
                panel.dispose();
            }"""
        )


# Not for the session: while it is open, nothing else in the process can have an event loop.
@pytest.fixture(scope="module")
def lab_page(server: Server, chromium: str) -> Iterator[Lab]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        context = browser.new_context(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
        lab = Lab(context.new_page(), server)
        context.route("**/*", lab.let_through)
        lab.page.goto(f"{server.url}/lab?reset&token={server.token}")
        lab.page.wait_for_function("() => window.jupyterapp?.restored", timeout=START_S * 1000)
        lab.page.evaluate("() => jupyterapp.restored.then(() => true)")
        yield lab
        browser.close()


@pytest.fixture
def lab(lab_page: Lab) -> Iterator[Callable[[list[str]], Lab]]:
    """Opens a notebook; it is closed with the test, and nothing but the server may have been asked for anything."""
    lab_page.asked_outside.clear()

    def opened(cells: list[str]) -> Lab:
        lab_page.open(cells)
        return lab_page

    yield opened
    lab_page.close()
    assert lab_page.asked_outside == []
