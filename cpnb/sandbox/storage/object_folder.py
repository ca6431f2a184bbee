"""A folder of sealed objects, found by name."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from cpnb.sandbox.storage.sealed import data_size_bytes, unseal


class ObjectFolder:
    """Sealed objects, one file each, whole or not there at all.

    Parameters
    ----------
    folder
        Made if it does not exist, and readable by its owner only. It belongs to one process at a time: what another
        one left half written is removed.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for abandoned in folder.glob("*.part"):
            abandoned.unlink()
        self._folder = folder

    def exists(self, object_name: str) -> bool:
        """Return whether a whole object of this name is stored."""
        return self._path(object_name).is_file()

    def size_bytes(self, object_name: str) -> int:
        """Return the size of the object's data; raises ``FileNotFoundError`` where there is none."""
        return data_size_bytes(self._existing(object_name).stat().st_size)

    def open(self, object_name: str, key: bytes) -> BufferedReader:
        """Return the object's data as a readable stream, in order.

        The stream keeps what it opened: replacing or deleting the object meanwhile does not disturb it. Raises
        ``FileNotFoundError`` where there is no such object, and `WrongKeyError` as `unseal` does.
        """
        source = self._existing(object_name).open("rb")
        try:
            return unseal(source, key)
        except BaseException:
            source.close()
            raise

    def delete(self, object_name: str) -> None:
        """Remove the object, if there is one."""
        self._path(object_name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def replacing(self, object_name: str) -> Iterator[BinaryIO]:
        """Give a file to write; it takes the object's place when all went well, and vanishes otherwise."""
        path = self._path(object_name)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as sink:
                yield sink
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _path(self, object_name: str) -> Path:
        # A digest, so that no object name can lead out of the folder or be too long for the file system.
        return self._folder / hashlib.sha256(object_name.encode()).hexdigest()

    def _existing(self, object_name: str) -> Path:
        path = self._path(object_name)
        if not path.is_file():
            raise FileNotFoundError(f"no object {object_name!r} is stored: upload it first")
        return path
