"""A JupyterLab of one's own on loopback: its configuration, data, token and port are nobody else's."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.installed import CLIENTS

STARTS_WITHIN_S = 60

SETTINGS = {
    # Every cell stays in the page, and a file is written only when a test saves it.
    "notebook-extension/tracker": {"windowingMode": "none"},
    # By default it forgets about a kernel that takes a second, as one does on a machine with much to do.
    "completer-extension/manager": {"providerTimeout": 20_000},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

OLDER_IPYKERNEL = CLIENTS / "ipykernel-6"
"""The last ipykernel before the rewriting of version 7, in a folder of its own."""

PAUSE_S = float(os.environ.get("CPNB_KERNEL_PAUSE_S", "0"))
"""How long a kernel waits before it takes note of a click: half a second finds the tests that do not wait for it."""

_PAUSING = f"""
def pause_first(handlers):
    from time import sleep
    take_note = handlers["comm_msg"]
    def pause(*message):
        sleep({PAUSE_S})
        return take_note(*message)
    handlers["comm_msg"] = pause
pause_first(get_ipython().kernel.shell_handlers)
del pause_first
"""


@dataclass(frozen=True)
class JupyterServer:
    """A server that runs."""

    url: str
    token: str
    root: Path


@contextlib.contextmanager
def jupyter_server(folder: Path) -> Iterator[JupyterServer]:
    """Run a server below a folder until the block ends."""
    root, token = folder / "root", secrets.token_hex(16)
    root.mkdir()
    environment = dict(os.environ, JUPYTER_TOKEN=token)  # the command line could be seen by others
    environment.pop("CPNB_WIDGETS", None)
    for variable, name in {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }.items():
        (folder / name).mkdir()
        environment[variable] = str(folder / name)
    for plugin, values in SETTINGS.items():
        file = folder / "config" / "lab" / "user-settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    _add_older_kernel(folder / "data")
    if PAUSE_S:
        _let_kernels_pause(folder / "ipython")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",  # the system chooses; it is read back below
        f"--ServerApp.root_dir={root}",
        "--ServerApp.allow_root=True",
        "--ServerApp.terminals_enabled=False",
        "--LabApp.expose_app_in_browser=True",  # as window.jupyterapp
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        port = _port(process, folder / "runtime" / f"jpserver-{process.pid}.json", token, log)
        yield JupyterServer(f"http://127.0.0.1:{port}", token, root)
    finally:
        process.send_signal(signal.SIGTERM)  # it ends its kernels itself
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[bytes], info: Path, token: str, log: Path) -> int:
    """Return the port once the server answers there."""
    deadline_s = time.monotonic() + STARTS_WITHIN_S
    while True:
        with contextlib.suppress(OSError, ValueError):
            port = int(json.loads(info.read_text())["port"])
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=5).close()
            return port
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _let_kernels_pause(ipython: Path) -> None:
    """Let each kernel wait before it takes note of what its widgets tell."""
    startup = ipython / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "pause.py").write_text(_PAUSING)


def _add_older_kernel(data: Path) -> None:
    """Offer this environment with an older ipykernel as a kernel called ``older``."""
    kernel = data / "kernels" / "older" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "older",
        "language": "python",
        "env": {"PYTHONPATH": str(OLDER_IPYKERNEL)},  # comes before the packages of the environment
    }
    kernel.write_text(json.dumps(specification))
