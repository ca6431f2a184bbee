"""Workbooks as text: what a spreadsheet shows, and what is told about it."""

import datetime as dt
import zipfile

import openpyxl
import pandas as pd
import pytest

from cpnb.errors import ReadError
from cpnb.reading import read, scan
from tests.reading.tables import cells, read_and_told


def moment(*parts):
    """Return a moment as spreadsheets have it: by the clock of no particular place."""
    return dt.datetime(*parts)  # noqa: DTZ001 - a cell has no time zone


@pytest.fixture
def book(tmp_path):
    """A function that writes a workbook of one sheet; a cell may be a pair of value and number format."""

    def write(rows, *, change=None):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.title = "Data"
        for row_number, row in enumerate(rows, 1):
            for column_number, cell in enumerate(row, 1):
                value, number_format = cell if isinstance(cell, tuple) else (cell, None)
                written = sheet.cell(row_number, column_number, value)
                if number_format:
                    written.number_format = number_format
        if change:
            change(workbook)
        path = tmp_path / "people.xlsx"
        workbook.save(path)
        return path

    return write


def edited(path, pattern, replacement):
    """Rewrite the XML of the first sheet, for what openpyxl does not write."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert pattern in members[sheet]
    members[sheet] = members[sheet].replace(pattern, replacement)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (12065550100, "General", "12065550100"),
        (123456789012345, "General", "123456789012345"),
        (12065550100.0, "General", "12065550100"),
        (0.1 + 0.2, "General", "0.3"),
        (1234.5, "0", "1235"),
        (2, "0.00", "2.00"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.125, "0.0%", "12.5%"),
        (98101, "00000", "98101"),
        (1234, "00000", "01234"),
        (42, "0000000000", "0000000042"),
        (123456789, "000-00-0000", "123-45-6789"),
        (2065550100, "(000) 000-0000", "(206) 555-0100"),
        (5550100, "[<=9999999]###-####;(###) ###-####", "555-0100"),
        (2065550100, "[<=9999999]###-####;(###) ###-####", "(206) 555-0100"),
        (981010001, "[<=99999]00000;00000-0000", "98101-0001"),
        (12065550100, "\\+0", "+12065550100"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
        (-1234.5, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$(1,234.50)"),
        (7, "@", "7"),
        ("007", "@", "007"),
        ("NA", None, "NA"),
        (" two ", None, " two "),
        ("12_x000D_34", None, "12\r34"),
        (True, None, "TRUE"),
        (False, None, "FALSE"),
        (moment(2026, 2, 1), "dd/mm/yyyy", "2026-02-01"),
        (dt.date(1985, 12, 31), "m/d/yy", "1985-12-31"),
        (moment(2026, 2, 1, 9, 30, 15), "m/d/yy h:mm", "2026-02-01T09:30:15"),
        (dt.time(9, 30), "h:mm AM/PM", "09:30:00"),
        (dt.timedelta(hours=37, minutes=30), "[h]:mm:ss", "37:30:00"),
    ],
)
def test_a_cell_is_the_text_that_the_spreadsheet_shows(book, value, number_format, text):
    frame, told = read_and_told(book([["id", "cell"], ["1", (value, number_format)]]))
    assert cells(frame) == [["1", text]]
    assert told == ""


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (123456789012, "0.00E+00", "123456789012"),
        (0.5, "# ?/?", "0.5"),
        (1234567, '0.0,,"M"', "1234567"),
        (5, ";;;", "5"),
        (0, '#,##0;-#,##0;"-"', "0"),
        (dt.time(0, 0), "yyyy-mm-dd", "00:00:00"),
    ],
)
def test_other_formats_keep_all_digits_and_are_told_with_counts(book, value, number_format, text):
    frame, told = read_and_told(book([["id", "cell"], ["1", (value, number_format)], ["2", (value, number_format)]]))
    assert frame["cell"].tolist() == [text, text]
    assert f"'people.xlsx', sheet 'Data': 2 cells of column 'cell' in the format {number_format!r}" in told


def test_columns_are_text_of_the_type_of_this_pandas(book):
    frame = read(book([["a", "b"], [1, "x"], [None, "y"]]))
    assert frame.dtypes.tolist() == pd.DataFrame({"a": ["x"], "b": ["x"]}).dtypes.tolist()
    assert cells(frame) == [["1", "x"], [None, "y"]]


def test_errors_become_missing_and_are_counted(book):
    frame, told = read_and_told(book([["id", "mail"], [1, "#N/A"], [2, "#REF!"], [3, "x"]]))
    assert cells(frame) == [["1", None], ["2", None], ["3", "x"]]
    assert "2 cells with an error such as #N/A became missing, in 'mail'" in told


def test_a_number_in_a_date_format_that_is_no_date_is_not_quoted(book):
    path = edited(
        book([["id", "born"], [1, (dt.date(2026, 2, 1), "yyyy-mm-dd")]]), b"<v>46054</v>", b"<v>12065550100</v>"
    )
    frame, told = read_and_told(path)
    assert cells(frame) == [["1", None]]
    assert "1 cell with an error" in told
    assert "12065550100" not in told


def test_numbers_whose_digits_are_gone_are_told(book):
    path = book([["id", "card"], [1, 4111111111111111], [2, 12345678901234500000], [3, 5]])
    frame, told = read_and_told(path)
    assert frame["card"].tolist() == ["4111111111111111", "12345678901234500000", "5"]
    assert "2 numbers of more than 15 digits, in 'card'" in told
    assert "they are gone" in told


def test_formulas_are_the_results_saved_with_them(book):
    path = book([["id", "sum", "text"], [1, "=1+1", '=""']])
    path = edited(
        path,
        b"<f>1+1</f><v></v>" if b"<f>1+1</f><v></v>" in sheet_of(path) else b"<f>1+1</f><v />",
        b"<f>1+1</f><v>2</v>",
    )
    frame, told = read_and_told(path)
    assert cells(frame) == [["1", "2", None]]
    assert "1 formula without a saved result became missing" in told


def sheet_of(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_an_empty_text_as_the_result_of_a_formula_is_a_result(book):
    path = book([["id", "text"], [1, 5]])
    path = edited(path, b'<c r="B2" t="n"><v>5</v></c>', b'<c r="B2" t="str"><f>IF(1,"","")</f><v></v></c>')
    frame, told = read_and_told(path)
    assert cells(frame) == [["1", None]]
    assert told == ""


def test_hidden_and_merged_cells_are_read_and_told(book):
    def change(workbook):
        sheet = workbook.active
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.merge_cells("A4:A5")

    frame, told = read_and_told(book([["id", "name"], [1, "a"], [2, "b"], [3, "c"], [None, "d"]], change=change))
    assert cells(frame) == [["1", "a"], ["2", "b"], ["3", "c"], [None, "d"]]
    assert "1 hidden row and 1 hidden group of columns were read like the others" in told
    assert "1 range of merged cells" in told


def test_the_first_visible_sheet_with_cells_is_read_and_told(book):
    def change(workbook):
        workbook.create_sheet("Empty", 0)
        hidden = workbook.create_sheet("Secret", 0)
        hidden.append(["x"])
        hidden.append([1])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("Notes").append(["y"])

    path = book([["id"], [1]], change=change)
    frame, told = read_and_told(path)
    assert list(frame.columns) == ["id"]
    assert "only sheet 'Data' was read, and not 'Secret', 'Empty', 'Notes'" in told
    assert cells(read_and_told(path, sheet="Secret")[0]) == [["1"]]
    assert read_and_told(path, sheet="Data")[1] == ""
    with pytest.raises(ReadError, match=r"no sheet 'data'.* Did you mean 'Data'\?"):
        read(path, sheet="data")
    with pytest.raises(ReadError, match="sheet 'Empty' has no cells"):
        read(path, sheet="Empty")
    with pytest.raises(ReadError, match="sheet 'Notes' ends after its header in row 1"):
        read(path, sheet="Notes")


def test_blank_rows_and_columns_around_the_table_are_left_out(book):
    path = book(
        [[], [], [None, "id", None, "name"], [], [None, 1, None, "x"], [None, None, "y", ("", "0.00")], [None] * 9]
    )
    frame, told = read_and_told(path)
    assert list(frame.columns) == ["id", "unnamed_2", "name"]
    assert cells(frame) == [["1", None, "x"], [None, "y", None]]
    assert told == ""


def test_cells_beyond_the_header_have_a_column(book):
    assert cells(read(book([["id", "name"], [1, "x"], [2, "y", "z"]]))) == [["1", "x", None], ["2", "y", "z"]]


def test_a_title_above_the_table_is_refused(book):
    with pytest.raises(ReadError, match=r"row 1, the first that is not blank, names 1 of 3 columns\. If it is a title"):
        read(book([["Customers of 2026"], ["id", "name", "mail"], [1, "x", "y"]]))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["1", "secret@example.com"], "column 2 of 2 is an e-mail address"),
        ([1, 12065550100], "column 2 of 2 is an e-mail address or a long number"),
        (["secret", "secret"], "gives columns 1 and 2 the same name"),
    ],
)
def test_a_header_that_cannot_be_one_is_refused_and_not_quoted(book, header, message):
    with pytest.raises(ReadError, match=message) as caught:
        read(book([header, [1, 2]]))
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_calendar_of_1904_is_understood(book):
    def change(workbook):
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    frame = read(book([["id", "born"], [1, (dt.date(2026, 2, 1), "yyyy-mm-dd")]], change=change))
    assert frame["born"].tolist() == ["2026-02-01"]


def test_a_wrong_size_in_the_file_loses_nothing(book):
    path = edited(book([["id", "name"], [1, "x"]]), b'<dimension ref="A1:B2"', b'<dimension ref="A1:A1"')
    assert cells(read(path)) == [["1", "x"]]


def test_a_workbook_without_cells_is_refused(book):
    with pytest.raises(ReadError, match="no cells in any of its sheets: 'Data'"):
        read(book([]))


def test_a_damaged_workbook_is_refused_without_its_values(book):
    path = edited(book([["id"], ["secret"]]), b"</row></sheetData>", b"</row><secret")
    with pytest.raises(ReadError, match="damaged Excel workbook") as caught:
        read(path)
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_workbook_with_damaged_bytes_is_refused(book):
    path = book([["id", "name"], *([number, f"name {number * 7919 % 1000}"] for number in range(2_000))])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    middle = sheet.header_offset + sheet.compress_size // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(ReadError, match="damaged Excel workbook"):
        read(path)


def test_a_stray_cell_far_to_the_right_costs_no_memory(book):
    path = book([["id", "name"], [1, "x"], [2, "y"], [None] * 16_000 + [" "], [3, "z"]])
    with pytest.raises(ReadError, match=r"names 2 of 16,001 columns"):
        read(path)


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [("0.00;[Red]0.00", "-5.00"), ("#,##0;[Red]#,##0", "-5"), ("0;0", "-5"), ("0;-0", "-5"), ("0_);(0)", "(5)")],
)
def test_a_minus_sign_that_only_a_colour_shows_is_written(book, number_format, shown):
    assert read(book([["n"], [(-5, number_format)]]))["n"].str.strip().tolist() == [shown]


@pytest.mark.parametrize("said", [{"encoding": "utf-8"}, {"delimiter": ","}, {"quote": "'"}])
def test_what_belongs_to_text_is_refused(book, said):
    with pytest.raises(ReadError, match=f"is Excel workbook, and '{next(iter(said))}' belongs to text"):
        read(book([["id"], [1]]), **said)


def test_a_cell_of_the_longest_kind_and_300_columns(book):
    long = "x" * 32_767
    frame = read(book([[f"column_{place}" for place in range(300)], [long, *range(299)]]))
    assert frame.shape == (1, 300)
    assert frame.iloc[0, 0] == long


def test_a_scan_tells_sheets_and_notes_and_no_cell(book):
    def change(workbook):
        workbook.create_sheet("Notes")

    rows = [["id", "born"], ["secret", (dt.date(2026, 2, 1), "yyyy-mm-dd")], ["secret", "#N/A"]]
    found = scan(book(rows, change=change))
    assert (found.kind, found.sheet, found.sheets) == ("xlsx", "Data", ("Data", "Notes"))
    assert (found.column_count, found.row_count, found.encoding, found.delimiter) == (2, 2, None, None)
    assert found.notes == (
        "only sheet 'Data' was read, and not 'Notes' (sheet='...' reads another)",
        "1 cell with an error such as #N/A became missing, in 'born'",
        "dates and times are written as ISO 8601, in 'born'",
    )
    assert found.call == "cpnb.read(..., sheet='Data')"
    for shown in [str(found), repr(found), found._repr_html_()]:
        assert "secret" not in shown
