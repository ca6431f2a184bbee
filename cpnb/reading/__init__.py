"""A file of customers as a table, with nothing damaged on the way in: `read`, and `scan` to look first.

::

    reading.py     read(): which of the kinds
    scanning.py    Scan, scan(): what a file is, and its rows in batches
    text_rows      the rows of a text, in batches                  | parquet_rows
    stretches      where its records are                           | batch_rows: watched, and taken by position
    read_warning, second_look   what is said about what was guessed, and of what could not be read
    layouts        encoding, delimiter and quotation mark together | parquet | spreadsheets
    encodings, delimiters                                          | sheet_cells, sheet_structure
    delimited      a text file as Arrow reads it                   | displayed_numbers, displayed_dates
    whole_records  a text in parts of whole records
    records        what is wrong, and on which line
    quotation      which marks open and close a cell
    column_names, file_kinds, file_state
"""

from cpnb.reading.read_warning import ReadWarning
from cpnb.reading.reading import read
from cpnb.reading.scanning import Scan, scan

__all__ = ["ReadWarning", "Scan", "read", "scan"]
