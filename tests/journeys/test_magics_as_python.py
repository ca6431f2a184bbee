"""``--show-code``: for each magic there is a line of Python that does the same, in its help and printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.magics import FAMILY, magics_of
from tests.journeys.customers import QUICK

PEOPLE = pd.DataFrame(
    {
        "customer_id": ["01", "02", "03", "03"],
        "email": ["a@example.com", " b@example.com", "nonsense", "d@example.com"],
        "phone": ["206 555 0100", "+12065550101", "2065550102", "206-555-0103"],
        "country": ["US", "CA", "US", "US"],
        "tier": ["gold", "silver", "gold", "gold"],
    }
)
FIELDS = cpnb.FieldMap(
    {"customer_id": "AccountNumber", "email": "EmailAddress", "phone": "PhoneNumber", "country": "Address.Country"},
    unique_key="customer_id",
    region="US",
)


class Notebook(SimpleNamespace):
    """A shell with the magics, where lines are typed."""

    shell: InteractiveShell
    printed: Callable[[], str]

    def cell(self, line: str) -> Any:
        """Return what a cell shows as its result."""
        done = self.shell.run_cell(line)
        done.raise_error()
        return done.result

    def code(self, line: str, cell: str = "") -> str:
        """Return what is printed in place of doing what a line says."""
        self.printed()
        before = dict(self.shell.user_ns)
        assert self.cell(f"{line} --show-code{cell}") is None
        assert {name: value for name, value in self.shell.user_ns.items() if not name.startswith("_")} == {
            name: value for name, value in before.items() if not name.startswith("_")
        }
        return self.printed().rstrip("\n")

    def by_magic(self, line: str, cell: str = "") -> Any:
        return self.cell(line + cell)

    def by_python(self, line: str, cell: str = "") -> Any:
        """Return what the printed code gives, in a cell of its own."""
        return self.cell(self.code(line, cell))


@pytest.fixture
def notebook(domain: cpnb.Domain, capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch) -> Iterator[Notebook]:
    monkeypatch.chdir(tmp_path)
    PEOPLE.to_csv("my people.csv", index=False)
    FIELDS.save("fields.json")
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    quick = cpnb.UploadOptions(patience=QUICK)
    shell.user_ns |= {"people": PEOPLE, "fields": FIELDS, "domain": domain, "quick": quick, "cities": ["Seattle"]}
    shell.run_line_magic("cp_domain", "domain")
    yield Notebook(shell=shell, printed=lambda: capsys.readouterr().out)
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


def text_of(result: Any) -> str:
    """Return a result as it reads, which says all that it holds."""
    return result.to_csv() if isinstance(result, pd.DataFrame) else str(result)


SAME_TWICE = [
    ("%cp_read 'my people.csv'", ""),
    ("%cp_read 'my people.csv' --encoding utf-8 --delimiter ,", ""),
    ("%cp_fields people --unique-key customer_id --region US", ""),
    ("%cp_fields people --attributes tier", ""),
    ("%cp_fields people --attributes all", ""),
    ("%cp_fields people --without phone country --with-field tier=Attributes.level", ""),
    ("%cp_validate people", ""),
    ("%cp_validate people --fields fields", ""),
    ("%cp_validate people --fields fields.json --unique-key email --region CA", ""),
    ('%cp_validate people[people.country == "US"] --unique-key customer_id', ""),
    ("%cp_validate people --fields fields --schema cpnb.schema_for(fields)", ""),
    ("%cp_clean people --fields fields --keep last --steps defaults placeholders --without emails", ""),
    ("%cp_clean people --unique-key customer_id --date-order day-first --country US", ""),
    ("%cp_plan people --fields fields --expiry 30 --on-invalid blank --marker campaign='spring 2026'", ""),
    (
        "%cp_plan people --unique-key customer_id --data-expiry 7 --options cpnb.UploadOptions(part_rows=2)"
        " --on-invalid skip",
        "",
    ),
    ("%cp_domain domain", ""),
    ("%cp_domain", ""),
    ("%cp_domain loyalty --region eu-west-1", ""),
    ("%cp_segments", ""),
    ("%cp_help", ""),
    ("%cp_help cp_read", ""),
    ("%%cp_segment a --dry-run", "\nprofile.LastName == 'Smith'"),
    (
        "%%cp_segment b --frame people --fields fields --display-name 'The Bs' --description B --tag team=crm",
        "\nprofile.Address.Country.isin(\n    ['US']\n)  # all of them\n& ~profile.Address.City.isin(cities)\n",
    ),
    ("%%cp_segment c --sql", "\nSELECT * FROM p WHERE city IN :cities"),
    ("%%cp_segment d --replace", '\nprofile.LastName.contains("""a\n  b""")'),
]


@pytest.mark.parametrize(("line", "cell"), SAME_TWICE, ids=[line for line, _ in SAME_TWICE])
def test_the_printed_python_gives_what_the_magic_gives(notebook: Notebook, line: str, cell: str):
    notebook.cell("import cpnb")
    python = notebook.code(line, cell)
    is_segment = line.startswith("%%")
    by_python = notebook.cell(python + ("\nsegment" if is_segment else ""))
    by_magic = notebook.by_magic(line, cell)

    assert text_of(by_python) == text_of(by_magic)
    assert type(by_python) is type(by_magic)
    assert python.startswith(("import cpnb\n", "import cpnb.magics\n", "domain"))


def test_segments_that_python_and_the_magic_made_are_the_same(notebook: Notebook, domain: cpnb.Domain):
    cell = "\nprofile.LastName == 'Smith'"
    notebook.by_python("%%cp_segment smiths", cell)
    notebook.printed()
    notebook.by_magic("%%cp_segment smiths", cell)

    assert notebook.printed().startswith(f"Was in domain {domain.name} at {domain.place} before, as it is said here")
    assert list(cpnb.list_segments(domain)["name"]) == ["smiths"]


def test_an_upload_by_python_is_the_upload_of_the_magic(notebook: Notebook, domain: cpnb.Domain):
    line = "%cp_upload people --fields fields --expiry 30 --on-invalid blank --options quick --display-name x --wait"
    by_python = notebook.by_python(line)
    by_magic = notebook.by_magic(line)

    assert by_python.status == by_magic.status == "SUCCEEDED"
    assert by_python.results.created == 3
    # The magic finds what the Python sent: the same rows, fields and expiry, so there is nothing to send.
    assert by_magic.jobs[0].job_id == by_python.jobs[0].job_id
    jobs = notebook.by_python("%cp_jobs --since 2020-01-01 --limit 5 --searches show")
    assert [job.job_id for job in jobs] == [by_magic.jobs[0].job_id]
    assert str(jobs) == str(notebook.by_magic("%cp_jobs --since 2020-01-01 --limit 5 --searches show"))
    for line in (f"%cp_job {jobs[0].job_id}", f"%cp_job {jobs[0].job_id} --stop"):
        assert str(notebook.by_python(line)) == str(notebook.by_magic(line))


def test_what_is_stored_by_name_is_stored_by_that_name(notebook: Notebook):
    assert notebook.code("%cp_validate people --fields fields -o report") == (
        "import cpnb\n\nreport = cpnb.validate(people, fields)"
    )
    assert notebook.code("%cp_upload people --fields fields --wait --out done") == (
        "import cpnb\n\ndone = cpnb.upload(people, domain, fields)\ndone.wait()"
    )
    assert notebook.code("%%cp_segment a -o north", "\nprofile.LastName == 'a'") == (
        "import cpnb\nfrom cpnb import profile\n\n"
        "north = cpnb.SegmentDefinition('a', profile.LastName == 'a')\nnorth.ensure(domain)"
    )


def test_an_expression_that_is_needed_twice_is_worked_out_once(notebook: Notebook):
    notebook.shell.user_ns["data"] = "taken"

    assert notebook.code('%cp_validate people[people.country == "US"]') == (
        'import cpnb\n\ndata_2 = people[people.country == "US"]\ncpnb.validate(data_2, cpnb.suggest_fields(data_2))'
    )


def test_a_sandbox_of_the_magics_is_said_by_its_variable_or_made_anew(notebook: Notebook):
    assert notebook.code("%cp_sandbox start --domain loyalty --state s.db --tls throw-away") == (
        "import cpnb\n\ncpnb.Sandbox(state='s.db', tls='throw-away').domain('loyalty')"
    )
    started = notebook.cell("%cp_sandbox start --domain loyalty")
    assert notebook.code("%cp_segments") == "import cpnb\n\ncpnb.list_segments(cpnb.Sandbox().domain('loyalty'))"
    assert notebook.cell("%cp_sandbox status -o sandbox") is None
    assert notebook.code("%cp_segments") == "import cpnb\n\ncpnb.list_segments(sandbox.domain('loyalty'))"
    assert (
        notebook.code("%cp_segments --domain 'other'") == "import cpnb\n\ncpnb.list_segments(sandbox.domain('other'))"
    )
    assert list(notebook.shell.user_ns["sandbox"].status()["profile_counts"]) == ["loyalty"]  # nothing was done
    assert notebook.by_python("%cp_sandbox status") is notebook.by_magic("%cp_sandbox status")
    assert notebook.by_python("%cp_sandbox start --domain loyalty").endpoint_url == started.endpoint_url
    notebook.by_python("%cp_sandbox stop")
    assert not notebook.shell.user_ns["sandbox"].running


DOCUMENTED = {
    "%cp_sandbox": "%cp_sandbox start --domain loyalty",
    "%cp_fields": "%cp_fields people --unique-key customer_id --region US -o fields",
    "%%cp_segment": "%%cp_segment smiths",
}


@pytest.mark.parametrize("name", list(magics_of(FAMILY)))
def test_the_help_says_the_python_that_its_example_prints(notebook: Notebook, name: str):
    text = magics_of(FAMILY)[name].parser.description
    example = DOCUMENTED.get(name) or re.search(r"^ +((\w+ = )?%.*)$", text, re.MULTILINE)[1]
    documented = text.split("In Python::")[1]
    margin = re.match(r"\n\n( +)", documented)[1]
    python = "\n".join(line.removeprefix(margin) for line in documented.strip("\n").rstrip().splitlines())

    if name == "%cp_domain":
        example += " --region eu-west-1"  # a profile of AWS is not here
        python = python.replace("profile='prod'", "profile='prod', region='eu-west-1'")
    cell = '\nprofile.LastName == "Smith"' if name == "%%cp_segment" else ""
    printed = notebook.code(example, cell)

    assert re.sub(r"^import .*\n(from .*\n)?\n", "", printed) == python.strip()
