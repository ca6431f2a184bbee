"""The cluster that is at work, and whether what is said to it stays on this machine or under TLS."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import dask
from distributed import Client, default_client

from cpnb.errors import UploadError, listed

_OF_A_CLIENT = (None, "dask.distributed", "distributed")
"""What Dask's configuration calls its scheduler where a client is at work; a client writes the second there itself."""

_SEALED_SCHEMES = frozenset({"tls", "wss", "inproc"})


def client_at_work() -> Client | None:
    """Return the client whose cluster Dask uses now; None where partitions are read by this process.

    Raises
    ------
    UploadError
        If the client can only be awaited.
    """
    scheduler = dask.config.get("scheduler", None)
    if isinstance(scheduler, Client):
        client = scheduler
    elif scheduler not in _OF_A_CLIENT:
        return None  # whoever names another scheduler wants that one
    else:
        try:
            client = default_client()
        except ValueError:
            return None
    if client.asynchronous:
        raise UploadError(
            "The Dask client of this process is asynchronous, and an upload waits for its answers on threads of its "
            "own. Make an ordinary one: distributed.Client(address)."
        )
    return client


def require_private(client: Client, trusted_scheduler: str | None) -> None:
    """Check that what goes to the scheduler and the workers stays on this machine, or under TLS, or is trusted.

    Raises
    ------
    UploadError
        If it does not, and `trusted_scheduler` is not the address of this scheduler.
    """
    scheduler = client.scheduler.address
    if trusted_scheduler is not None and trusted_scheduler != scheduler:
        raise UploadError(
            f"trusted_scheduler is {trusted_scheduler!r}, but the scheduler at work is {scheduler!r}. Name that one if "
            "you trust the network it is in, or use the cluster that you meant."
        )
    workers = list(client.nthreads())
    if not workers:
        raise UploadError(f"The cluster of scheduler {scheduler!r} has no workers. Start some, then upload again.")
    in_the_clear = [address for address in (scheduler, *workers) if not is_private(address)]
    if in_the_clear and trusted_scheduler is None:
        raise UploadError(
            f"What is said to this cluster goes in the clear between machines ({listed(in_the_clear, shown=3)}), and "
            "so would rows of customers. Start it with TLS (distributed.security.Security), or, in a network of "
            f"your own, say so by its name: upload(..., trusted_scheduler={scheduler!r})."
        )


def is_private(address: str) -> bool:
    """Return whether what goes to an address is encrypted, or stays on this machine.

    Examples
    --------
    >>> is_private("tls://10.0.0.5:8786"), is_private("tcp://127.0.0.1:41001"), is_private("tcp://10.0.0.5:8786")
    (True, True, False)
    """
    url = urlsplit(address)
    if url.scheme in _SEALED_SCHEMES:
        return True
    try:
        return ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        return url.hostname == "localhost"
