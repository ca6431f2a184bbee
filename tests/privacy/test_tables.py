"""From the file to the plan: nothing of a table comes out, whatever is wrong with it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pandera.pandas as pandera
import pytest

import cpnb
from cpnb.errors import CpnbError, FieldsError, FrameError, InvalidDataError, ReadError
from tests.privacy.canary import Canary
from tests.privacy.outlet import Outlet

FIELDS = cpnb.FieldMap(
    [
        cpnb.Field("id", "AccountNumber"),
        cpnb.Field("first", "FirstName"),
        cpnb.Field("mail", "EmailAddress"),
        cpnb.Field("phone", "PhoneNumber"),
        cpnb.Field("amount", "Attributes.amount", "NUMBER"),
        cpnb.Field("born", "BirthDate"),
        cpnb.Field("note", "AdditionalInformation"),
    ],
    unique_key="id",
    region="US",
)


TABLES: dict[str, Callable[[Canary], pd.DataFrame]] = {
    "good": lambda canary: canary.good(),
    "bad": lambda canary: canary.bad(),
    "strange": lambda canary: canary.strange(),
    "one row": lambda canary: canary.bad()[:1],
    "empty": lambda canary: canary.bad()[:0],
    "repeated index": lambda canary: canary.bad().set_axis([canary.word("index label")] * 12),
    "index of several levels": lambda canary: canary.good().set_index(["mail", "phone"], drop=False),
    "text of Arrow": lambda canary: canary.good().astype("string[pyarrow]"),
    "categories": lambda canary: canary.good().astype("category"),
    "all one bad value": lambda canary: canary.good().assign(
        mail=canary.word("bad address"), phone=canary.word("bad phone")
    ),
    "texts where numbers are": lambda canary: canary.good().assign(
        amount=[canary.word("bad number") for _ in range(6)]
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_looking_at_a_table_tells_nothing_of_it(kind: str, canary: Canary, outlet: Outlet) -> None:
    table = TABLES[kind](canary)
    with outlet.tolerating():
        outlet.show(table.cp.describe(), table.cp.describe(FIELDS))
    with outlet.tolerating():
        guess = table.cp.suggest(unique_key="id", region="US", attributes=["note", "unmapped"])
        outlet.show(guess, guess.fields, *guess)
        outlet.pickle(guess.fields)
    with outlet.tolerating():
        report = table.cp.validate(FIELDS)
        outlet.show(report, *report.findings)
        outlet.add("frame of findings", report.to_frame().to_csv())
        outlet.pickle(report)
        report.raise_if_failed()
    with outlet.tolerating():
        # The changes hold cells, on request: only what shows itself is looked at.
        outlet.show(table.cp.clean(FIELDS, keep="first"))
    with outlet.tolerating():
        outlet.show(table.cp.clean(FIELDS, country="US", date_order="day-first").preview())


@pytest.mark.parametrize("kind", TABLES)
def test_a_plan_tells_nothing_of_the_table(kind: str, canary: Canary, outlet: Outlet, domain: cpnb.Domain) -> None:
    table = TABLES[kind](canary)
    for on_invalid in ("raise", "blank", "skip"):
        with outlet.tolerating():
            plan = table.cp.plan(domain, FIELDS, on_invalid=on_invalid, data_expiry=30, marker=("campaign", "spring"))
            outlet.show(plan, *plan.parts, plan.edits, plan.lines())
            outlet.add("what stays behind", plan.skipped.to_csv() + plan.blanked.to_csv())
            outlet.pickle(plan.edits, plan.parts)


def test_a_refused_table_is_refused_without_its_cells(canary: Canary, outlet: Outlet, domain: cpnb.Domain) -> None:
    with outlet.expecting(InvalidDataError):
        cpnb.upload(canary.bad(), domain, FIELDS)
    with outlet.expecting(InvalidDataError):
        cpnb.upload(canary.strange(), domain, FIELDS)


def test_an_error_with_its_report_survives_a_pickle(canary: Canary, outlet: Outlet) -> None:
    with pytest.raises(InvalidDataError) as caught:
        canary.bad().cp.validate(FIELDS).raise_if_failed()

    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - pickled in the same line

    outlet.pickle(caught.value)
    assert str(again) == str(caught.value)
    assert again.report.to_frame().equals(caught.value.report.to_frame())


def own_checks(canary: Canary) -> list[pandera.Check]:
    """Checks of an analyst's own, all of which fail; pandera would print what failed, and with what."""
    word = canary.word("bound of a check")

    def failing(cells: pd.Series) -> bool:
        raise ValueError(f"not good: {cells.iloc[0]}")

    return [
        pandera.Check.str_length(max_value=1),
        pandera.Check.isin([word]),
        pandera.Check.str_matches(word),
        pandera.Check(lambda cells: cells == word, error="own words"),
        pandera.Check(lambda cell: cell == word, element_wise=True),
        pandera.Check(failing),
        pandera.Check(lambda cells: pd.Series([False] * len(cells), index=cells.index, name=word)),
    ]


@pytest.mark.parametrize("number", range(7))
def test_checks_of_ones_own_fail_without_quoting_what_failed(number: int, canary: Canary, outlet: Outlet) -> None:
    schema = cpnb.schema_for(FIELDS)
    columns = {"first": schema.columns["first"].set_checks([own_checks(canary)[number]])}
    report = canary.good().cp.validate(FIELDS, schema=schema.add_columns(columns))

    outlet.show(report, *report.findings)
    with outlet.expecting(InvalidDataError):
        report.raise_if_failed()


def test_checks_of_the_whole_table_fail_without_quoting_it(canary: Canary, outlet: Outlet) -> None:
    schema = cpnb.schema_for(FIELDS)
    own = [pandera.Check(lambda table: table["first"] == table["mail"]), pandera.Check(lambda _: False)]
    schema.checks = [*schema.checks, *own]
    report = canary.good().cp.validate(FIELDS, schema=schema)

    outlet.show(report, *report.findings)
    assert not report.ok


FILES = {
    "comma": lambda table: table.to_csv().encode(),
    "semicolon, cp1252": lambda table: table.to_csv(sep=";").encode("cp1252", "replace"),
    "UTF-16": lambda table: table.to_csv().encode("utf-16"),
    "no header": lambda table: table.to_csv(header=False).encode(),
    "more cells than the header": lambda table: table.to_csv().encode() + b",".join([b"x"] * 30),
    "NUL": lambda table: table.to_csv().encode() + table["id"].iloc[0].encode() + b"\0,,,\n",
    "quote never closed": lambda table: table.to_csv().encode() + b'"' + table["id"].iloc[0].encode(),
    "names twice": lambda table: table.to_csv(header=[table["id"].iloc[0]] * 8).encode(),
    "bytes of no encoding": lambda table: table.to_csv().encode() + b"\x81\x8d\x8f\xff\xfe\n" * 3,
    "one column": lambda table: "\n".join(table["mail"]).encode(),
}


@pytest.mark.parametrize("kind", FILES)
def test_reading_a_file_tells_nothing_of_it(kind: str, canary: Canary, outlet: Outlet, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(FILES[kind](canary.good()))
    with outlet.tolerating():
        scan = cpnb.scan(path)
        outlet.show(scan)
        outlet.pickle(scan)
    with outlet.tolerating():
        cpnb.read(path)


@pytest.mark.parametrize("name", ["people.xlsx", "people.parquet"])
def test_nor_does_reading_a_workbook_or_parquet(name: str, canary: Canary, outlet: Outlet, tmp_path: Path) -> None:
    table = canary.good().reset_index()
    path = tmp_path / name
    table.to_excel(path, index=False) if name.endswith("x") else table.to_parquet(path)
    outlet.show(cpnb.scan(path))
    assert len(cpnb.read(path)) == len(table)

    damaged = tmp_path / f"damaged-{name}"
    damaged.write_bytes(path.read_bytes()[:-200])
    with outlet.expecting(ReadError):
        cpnb.read(damaged)

    headless = table.T.reset_index(drop=True).T.set_axis(table.iloc[0].astype(str), axis=1)
    headless = headless.astype(str)
    headless.to_excel(path, index=False) if name.endswith("x") else headless.to_parquet(path)
    with outlet.expecting(ReadError):
        cpnb.read(path)


def test_wrong_tables_and_maps_are_refused_without_a_cell(canary: Canary, outlet: Outlet, domain: cpnb.Domain) -> None:
    table = canary.good()
    with outlet.expecting(FrameError):
        table.iloc[0].cp.validate(FIELDS) if hasattr(table.iloc[0], "cp") else cpnb.validate(table.iloc[0], FIELDS)
    with outlet.expecting(FrameError):
        cpnb.validate(table.to_dict("records"), FIELDS)
    with outlet.expecting(FrameError):
        cpnb.plan(table.values.tolist(), domain, FIELDS)
    with outlet.expecting(CpnbError):
        cpnb.upload(table, domain, cpnb.FieldMap({"unmapped": "LastName"}))
    with outlet.expecting(FieldsError, FrameError):
        cpnb.upload(table.drop(columns="mail"), domain, FIELDS)
    with outlet.expecting(TypeError):
        cpnb.upload(table, table, FIELDS)
    with outlet.expecting(CpnbError, TypeError):
        cpnb.upload(table, domain, table)
