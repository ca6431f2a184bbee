"""A file of customers as a table, with nothing damaged on the way in: `read`, and `scan` to look first.

::

    reading.py     read(): which of the kinds, and what is said about what was guessed
    scanning.py    Scan, scan()
    layouts        encoding, delimiter and quotation mark together | parquet | spreadsheets
    encodings, delimiters                                          | sheet_cells, sheet_structure
    delimited      a text file as Arrow reads it                   | displayed_numbers, displayed_dates
    records        what is wrong, and on which line
    quotation      which marks open and close a cell
    column_names, file_kinds
"""

from cpnb.reading.reading import ReadWarning, read
from cpnb.reading.scanning import Scan, scan

__all__ = ["ReadWarning", "Scan", "read", "scan"]
