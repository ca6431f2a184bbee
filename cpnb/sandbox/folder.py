"""The folder of one sandbox: removed in the end, by the next sandbox if this one was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "cpnb-sandbox-"
LOCK_FILE = "lock"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new folder, readable by its owner only, that is gone in the end.

    A process that is killed cannot remove its folder. It holds a lock in it, though, which the system lets
    go of with the process: a folder of ours whose lock is free has no owner any more, and is removed here.
    Windows has no such locks in this form; there, folders of killed sandboxes stay until the system's own
    tidying.

    Raises
    ------
    OSError
        If there is no folder for temporary files that can be written.
    """
    parent = Path(tempfile.gettempdir())
    _remove_abandoned(parent)
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


if sys.platform == "win32":

    def _locked_folder(parent: Path) -> tuple[Path, int | None]:
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)), None

    def _remove_abandoned(parent: Path) -> None:
        """Leave them: without a lock nothing says that they have no owner."""

else:
    import fcntl

    def _locked_folder(parent: Path) -> tuple[Path, int | None]:
        """Return a new folder and the descriptor that holds its lock; None where the file system has no locks."""
        while True:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            path = folder / LOCK_FILE
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError:
                os.close(lock)
                path.unlink(missing_ok=True)  # a folder without this file is nobody's to remove
                return folder, None
            # Another sandbox may have come between the file and its lock, and have taken us for dead.
            if path.exists():
                return folder, lock
            os.close(lock)

    def _remove_abandoned(parent: Path) -> None:
        for folder in parent.glob(f"{PREFIX}*"):
            # Whoever may write here may also have put something in our way; it does not keep us from starting.
            with contextlib.suppress(OSError):
                if _is_ours(folder) and _is_abandoned(folder / LOCK_FILE):
                    shutil.rmtree(folder, ignore_errors=True)

    def _is_ours(folder: Path) -> bool:
        status = folder.lstat()
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()

    def _is_abandoned(path: Path) -> bool:
        """Return whether nobody holds the lock; if so the file is removed under it, for an owner that looks."""
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True
