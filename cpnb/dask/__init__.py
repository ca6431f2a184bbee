"""``ddf.cp``: tables of a Dask cluster, validated, cleaned and uploaded where their rows are.

>>> import cpnb.dask  # doctest: +SKIP

::

    accessor        ddf.cp
    uploading       plan() and upload() | validating | cleaning | describing | suggesting | previewing | choosing
    sending         workers put the files of parts | cutting   into the parts that pandas would make
                    | cleaned_partitions   CleanedPartitions: what a cleaning does
    part_files      the file of a part, from its partitions | mailbox   where a part waits for its path, on its worker
    examining       each partition examined | distinct   how many different texts there are
    key_groups      rows that share a key, across partitions
    following       work on partitions that is told of while it is done
    partitions      work on partitions, and what it ends in | cluster   which one is at work, and who listens
                    | sealing   secrets for one reader
"""

from __future__ import annotations

try:
    import cryptography as _cryptography  # noqa: F401 - asked for here, so that its absence is said in words
    import dask.dataframe as _dataframe  # noqa: F401
    import distributed as _distributed  # noqa: F401
except ImportError as error:
    missing = ImportError(f"cpnb.dask needs {error.name}, which is not installed: pip install 'cpnb[dask]'.")
    raise missing from None

from cpnb.dask.accessor import DaskCustomerProfilesAccessor
from cpnb.dask.cleaned_partitions import CleanedPartitions

__all__ = ["CleanedPartitions", "DaskCustomerProfilesAccessor"]
