"""What the values of a column look like, from a sample; never a value."""

from __future__ import annotations

import pyarrow as pa

from cpnb.evidence import Sample
from cpnb.finding import shape_counts

_SHAPES_SHOWN = 3


def shapes_in(sample: Sample) -> tuple[str, ...]:
    """Return the most frequent shapes in a sample of a column, the first to appear before others as frequent."""
    texts = [text.encode("utf-8", "replace").decode() for text in sample.values if text]  # no table
    counts = shape_counts(pa.array(texts, pa.large_string()))
    return tuple(sorted(counts, key=lambda shape: -counts[shape])[:_SHAPES_SHOWN])
