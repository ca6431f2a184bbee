"""Tab in the lines of the magics, asked of the completer that every front end asks."""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pandas as pd
import pandera.pandas as pandera
import pytest
from IPython.core.completer import Completion, provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.domain import Domain

PEOPLE = pd.DataFrame({"customer_id": ["1"], "Customer Id": ["1"], "email": ["a@example.com"], 'a "b" $c': ["x"]})
FIELDS = cpnb.FieldMap({"customer_id": "AccountNumber", "tier": "Attributes.tier"}, unique_key="customer_id")


@pytest.fixture
def shell(tmp_path, monkeypatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    shell.user_ns |= {"people": PEOPLE, "pets": PEOPLE[["email"]], "fields": FIELDS, "number": 3}
    yield shell
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


def completions(shell: InteractiveShell, cell: str) -> Iterator[Completion]:
    """Go through what IPython offers at the place in a cell that ``|`` marks."""
    with provisionalcompleter():
        yield from shell.Completer.completions(cell.replace("|", ""), cell.index("|"))


def offered(shell: InteractiveShell, cell: str) -> list[str]:
    """Return what is offered by us."""
    return [one.text for one in completions(shell, cell) if one._origin == "cpnb"]


def offered_by_all(shell: InteractiveShell, cell: str) -> list[str]:
    return [one.text for one in completions(shell, cell)]


def completed(shell: InteractiveShell, cell: str) -> list[str]:
    """Return what the cell becomes with each of them."""
    text = cell.replace("|", "")
    return [text[: one.start] + one.text + text[one.end :] for one in completions(shell, cell)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%cp_upload |", ["people", "pets"]),
        ("%cp_upload pe|", ["people", "pets"]),
        ("%cp_upload peo|", ["people"]),
        ("report = %cp_validate peo|", ["people"]),
        ("  %cp_clean peo|", ["people"]),
        ("cp_plan peo|", ["people"]),  # IPython takes this for the magic, too
        ("x = 1\n%cp_upload peo|\ny = 2", ["people"]),
        ("%cp_upload \\\n  peo|", ["people"]),
        ("%%cp_segment a --frame pe|\nprofile", ["people", "pets"]),
        ("%cp_upload people --on-inv|", ["--on-invalid"]),
        ("%cp_upload --unique-key email --u| people", []),
        ("%cp_upload people --wait --d|", ["--data-expiry", "--domain", "--display-name"]),
        ("%%cp_segment a --tag x=y --ta|", ["--tag"]),
        ("%cp_upload people --on-invalid |", ["raise", "blank", "skip"]),
        ("%cp_upload people --on-invalid=sk|", ["skip"]),
        ("%cp_sandbox st|", ["start", "stop", "status"]),
        ("%cp_sandbox start --tls t|", ["throw-away"]),
        ("%cp_clean people --keep |", ["first", "last", "most_complete"]),
        ("%cp_clean people --steps def|", ["defaults"]),
        ("%cp_clean people --steps defaults emails em|", []),
        ("%cp_clean people --without phones em|", ["emails"]),
        ("%cp_upload people --unique-key |", ["customer_id", '"Customer Id"', "email", "'a \"b\" $c'"]),
        ("%cp_upload people --unique-key Cus|", ["customer_id", '"Customer Id"']),
        ("%cp_upload people --unique-key 'Cus|", ["'customer_id'", "'Customer Id'"]),
        ('%cp_upload people --unique-key="Customer I|', ['"Customer Id"']),
        ("%cp_upload --unique-key e| people", ["email"]),
        ('%cp_upload people[people.email == "a b"] --unique-key e|', ["email"]),
        ("%cp_fields people --attributes email e|", []),
        ("%cp_fields people --attributes a|", ["'a \"b\" $c'", "all"]),
        ("%cp_fields people --with-field em|", ["email="]),
        ("%cp_fields people --with-field email=Address.Ci|", ["email=Address.City"]),
        ("%cp_fields people --with-field email=Attr|", ["email=Attributes.email"]),
        ('%cp_fields people --with-field "Customer Id=Account|', ['"Customer Id=AccountNumber"']),
        ("%cp_upload people --fields fi|", ["fields"]),
        ("%cp_help cp_v|", ["cp_validate"]),
    ],
)
def test_what_is_offered(shell, cell, expected):
    assert offered(shell, cell) == expected
    assert not expected or offered_by_all(shell, cell) == expected  # and nothing else disturbs


def test_options_come_where_no_other_word_can(shell):
    assert offered(shell, "%cp_segments |") == ["--domain", "--out", "--show-code", "--help"]
    assert offered(shell, "%cp_jobs --since 7d |")[:3] == ["--limit", "--searches", "--domain"]
    assert offered(shell, "%cp_upload people -|")[-5:] == ["-o", "--out", "--show-code", "-h", "--help"]


def test_a_word_that_needs_quotation_marks_stands_between_them_in_the_line(shell):
    assert completed(shell, "%cp_upload people --unique-key 'Customer I| --wait") == [
        "%cp_upload people --unique-key 'Customer Id' --wait"
    ]
    assert completed(shell, '%cp_upload people --unique-key="Customer I|') == [
        '%cp_upload people --unique-key="Customer Id"'
    ]


def test_files_of_the_right_kind_are_offered_with_their_folders(shell, tmp_path):
    for name in ("people.csv", "my people.xlsx", "map.json", "notes.md", ".hidden.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "data 2026").mkdir()
    (tmp_path / "data 2026" / "march.parquet").write_text("x")

    assert offered(shell, "%cp_read |") == ['"data 2026/', '"my people.xlsx"', "people.csv"]
    assert offered(shell, '%cp_read "data 2026/|') == ['"data 2026/march.parquet"']
    assert offered(shell, "%cp_read nowhere/x|") == []
    assert offered(shell, "%cp_upload people --fields |") == ["fields", '"data 2026/', "map.json"]


def test_settings_are_offered_by_the_variables_that_hold_them(shell):
    shell.user_ns |= {"quick": cpnb.UploadOptions(), "strict": pandera.DataFrameSchema({})}

    assert offered(shell, "%cp_upload people --options |") == ["quick"]
    assert offered(shell, "%cp_validate people --schema |") == ["strict"]


def test_within_an_expression_python_is_completed_as_everywhere(shell):
    assert "%cp_upload people[people.empty" in completed(shell, "%cp_upload people[people.emp|")
    assert "%cp_upload people[pets" in completed(shell, "%cp_upload people[pe|")


def test_domains_are_those_of_variables_and_of_the_sandbox_that_runs(shell, sandbox):
    shell.user_ns["loyal"] = sandbox.domain("elsewhere")
    shell.run_line_magic("cp_sandbox", "start --domain loyalty")

    assert offered(shell, "%cp_jobs --domain |") == ["loyal", "loyalty"]
    assert offered(shell, "%cp_domain |")[0] == "loyal"
    assert "loyalty" not in offered(shell, "%cp_domain |")


def test_segments_are_those_of_the_domain_that_is_bound_or_named(shell, domain: Domain, sandbox):
    other = sandbox.domain(f"{domain.name}-other")
    shell.user_ns |= {"place": domain, "other": other}
    shell.run_line_magic("cp_domain", "place")
    cpnb.SegmentDefinition("smiths", cpnb.profile.LastName == "Smith").create(domain)
    cpnb.SegmentDefinition("joneses", cpnb.profile.LastName == "Jones").create(other)
    before = len(sandbox.requests())

    assert offered(shell, "%%cp_segment sm|") == ["smiths"]
    assert offered(shell, "%%cp_segment new\n~in_segment('|") == ["smiths"]
    assert offered(shell, "cpnb.in_segment('sm|") == ["smiths"]
    assert offered(shell, "%%cp_segment --domain other |")[0] == "joneses"
    asked = [one["operation"] for one in sandbox.requests()[before:]]
    assert asked == ["ListSegmentDefinitions"] * 2  # once for each domain, and then remembered


def test_a_domain_that_only_the_line_names_is_not_made_by_tab(shell):
    shell.run_line_magic("cp_sandbox", "start --domain loyalty -o place")

    assert offered(shell, "%%cp_segment --domain brand-new x|") == []
    shell.run_line_magic("cp_sandbox", "status -o sandbox")
    assert list(shell.user_ns["sandbox"].status()["profile_counts"]) == ["loyalty"]


class Silent(BaseHTTPRequestHandler):
    """A service that takes a question and does not answer before it is let go."""

    let_go: queue.Queue[None] = queue.Queue()

    def do_GET(self) -> None:
        self.let_go.get(timeout=30)
        self.close_connection = True


def test_a_service_that_does_not_answer_keeps_nobody(shell, serving: Callable[[type], str], sandbox, capfd):
    session = sandbox.domain("loyalty")._session
    shell.user_ns["silent"] = Domain("loyalty", endpoint_url=serving(Silent), session=session)
    shell.run_line_magic("cp_domain", "silent")

    began = time.monotonic()
    assert offered(shell, "%%cp_segment smi|") == []
    assert time.monotonic() - began < 3
    Silent.let_go.put(None)
    assert capfd.readouterr().err == ""


def test_a_service_that_refuses_is_no_error(shell, sandbox, capfd):
    shell.user_ns["gone"] = sandbox.domain("gone")
    shell.run_line_magic("cp_domain", "gone")
    shell.user_ns["gone"].call("DeleteDomain")

    assert offered(shell, "%%cp_segment smi|") == []
    assert capfd.readouterr().err == ""


def test_the_words_of_conditions_are_known_in_the_cell_of_a_segment(shell):
    assert offered(shell, "%%cp_segment a\nprofile.Address.Ci|") == ["City"]
    assert "PostalCode" in offered(shell, "%%cp_segment a\n# whom\n& profile.Address.|")
    assert "startswith" in offered(shell, "%%cp_segment a\nprofile.LastName.|")
    assert "in_segment" in offered(shell, "%%cp_segment a\nin_s|")
    assert offered(shell, "%%cp_segment a\nprofile.Adress.|") == []
    assert offered(shell, "in_s|") == []


def test_custom_attributes_are_those_that_field_maps_write(shell):
    assert offered(shell, "%%cp_segment a\nprofile.Attributes['|") == ["tier"]
    assert offered(shell, 'cpnb.profile.Attributes["ti|') == ["tier"]
    assert offered_by_all(shell, "fields['|") == ["customer_id", "tier"]
    del shell.user_ns["fields"]
    assert offered(shell, "%%cp_segment a\nprofile.Attributes['|") == []


def test_two_shells_know_nothing_of_each_other(shell):
    other = InteractiveShell()
    other.extension_manager.load_extension("cpnb")
    other.user_ns["patients"] = PEOPLE
    other.run_line_magic("cp_domain", "loyalty --region eu-west-1")
    shell.run_line_magic("cp_domain", "visits --region us-east-1")

    assert offered(other, "%cp_upload |") == ["patients"]
    assert offered(shell, "%cp_upload |") == ["people", "pets"]
    assert other.run_line_magic("cp_domain", "").name == "loyalty"
    assert shell.run_line_magic("cp_domain", "").name == "visits"
    other.extension_manager.unload_extension("cpnb")
    other.history_manager.end_session()
    assert offered(shell, "%cp_upload peo|") == ["people"]
    assert shell.run_line_magic("cp_domain", "").name == "visits"


def test_after_unloading_nothing_of_it_is_left_and_reloading_brings_it_once(shell):
    shell.extension_manager.reload_extension("cpnb")
    assert offered(shell, "%cp_upload peo|") == ["people"]
    assert [getattr(one, "matcher_identifier", "") for one in shell.Completer.custom_matchers].count("cpnb") == 1
    shell.extension_manager.unload_extension("cpnb")
    assert shell.Completer.custom_matchers == []
    assert not [name for kind in ("line", "cell") for name in shell.magics_manager.magics[kind] if "cp_" in name[:3]]
    shell.extension_manager.load_extension("cpnb")
    assert offered(shell, "%cp_upload peo|") == ["people"]


@pytest.mark.skipif(sys.platform == "win32", reason="IPython brings pexpect everywhere else")
def test_in_the_terminal(tmp_path):
    import pexpect

    environment = {**os.environ, "IPYTHONDIR": str(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    command = ["-m", "IPython", "--no-banner", "--no-confirm-exit", "--HistoryManager.enabled=False"]
    terminal = pexpect.spawn(sys.executable, command, env=environment, timeout=60, encoding="utf-8")
    prompt = r"In \[(\x1b\[[\d;]*m)*{}"  # with colours in between
    try:
        terminal.expect(prompt.format(1))
        terminal.send("%load_ext cpnb\r")
        terminal.expect(prompt.format(2))
        terminal.send("import pandas; customers_of_spring = pandas.DataFrame({'email': []})\r")
        terminal.expect(prompt.format(3))
        terminal.send("%cp_fields customers_\t")
        terminal.expect("of_spring")
        terminal.send(" --uniq\t")
        terminal.expect("ue-key")
        terminal.send(" ema\t")
        terminal.expect("il")
        terminal.send(" --show-code\r")
        terminal.expect(r"cpnb\.suggest\(customers_of_spring, unique_key='email'\)")
    finally:
        terminal.close(force=True)
