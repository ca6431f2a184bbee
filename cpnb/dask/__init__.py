"""``ddf.cp``: tables of a Dask cluster, validated, cleaned and uploaded where their rows are.

>>> import cpnb.dask  # doctest: +SKIP

::

    accessor        ddf.cp
    uploading | validating | cleaning | describing | suggesting | previewing    its verbs
    sending | cutting       workers put files | a table cut into the parts that pandas would make
    part_files | mailbox    the file of a part, from its partitions | where a part waits for its path, on its worker
    examining       each partition examined
    key_groups      rows that share a key, across partitions
    partitions | cluster | sealing    work on partitions | which cluster, and who listens | secrets for one reader
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

__all__ = ["DaskCustomerProfilesAccessor"]
