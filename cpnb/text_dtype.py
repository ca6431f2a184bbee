"""The type that pandas 3 gives to text, under whichever name the installed version of pandas knows it."""

from __future__ import annotations

import numpy as np
import pandas as pd

TEXT_DTYPE = (
    pd.StringDtype("pyarrow", na_value=np.nan)
    if not pd.__version__.startswith("2.2")
    else pd.StringDtype("pyarrow_numpy")  # type: ignore[call-overload]  # a name of pandas 2.2 alone
)
"""Text held by Arrow, in which a missing cell is NaN, so that a comparison with one is a plain bool."""
