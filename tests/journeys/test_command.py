"""``python -m cpnb``, as a person types it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cpnb.__main__ import main
from cpnb.fields import FieldMap
from cpnb.sandbox_process import Sandbox

COMMAND = [sys.executable, "-m", "cpnb"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


def status_of(*arguments: object) -> int:
    """Run the command in this process, which is faster where the way it ends is not what is tested."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as exit_of_argparse:
        return int(exit_of_argparse.code)


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


@pytest.fixture
def no_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nobody has configured AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-such-file"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-such-file"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws_is_the_sandbox(no_aws: None, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    path = tmp_path / "three.csv"
    path.write_text("id,email\n1,a@example.com\n2,b@example.com\n3,c@example.com\n", encoding="utf-8")
    return path


def test_without_a_csv_it_shows_the_whole_path_on_synthetic_people():
    done = run()
    assert done.returncode == 0, done.stderr
    for expected in ("1,000 synthetic people", "SUCCEEDED", "created", "Estimate: "):
        assert expected in done.stdout
    assert "Estimate: 0 profiles" not in done.stdout


def test_real_customers_all_arrive(data_folder):
    done = run(data_folder / "chinook_customers.csv", "--unique-key", "CustomerId")
    assert done.returncode == 0, done.stderr
    assert "SUCCEEDED (59 created, 0 updated, 0 failed)" in done.stdout


def test_no_value_of_the_table_is_printed(data_folder):
    path = data_folder / "chinook_customers.csv"
    done = run(path, "--unique-key", "CustomerId")
    people = pd.read_csv(path, dtype=str)
    for column in ("LastName", "Email", "Phone", "City", "Address"):
        for value in people[column].dropna():
            assert value not in done.stdout + done.stderr, column


def test_a_messy_directory_arrives_without_its_bad_cells(data_folder):
    path = data_folder / "dedupe_messy.csv"
    done = run(path, "--unique-key", "Id")
    assert done.returncode == 0, done.stderr
    assert f"SUCCEEDED ({len(pd.read_csv(path))} created, 0 updated, 0 failed)" in done.stdout
    assert "phone_without_country" in done.stdout


def test_refused_data_is_status_1(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("id,email\n1,a@example.com\n2,nonsense\n", encoding="utf-8")
    done = run(path, "--unique-key", "id", "--on-invalid", "raise")
    assert done.returncode == 1
    assert "nonsense" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing.csv"], "there is no file 'nothing.csv'"),
        (["--aws", "--domain", "loyalty"], "--aws needs a FILE"),
        (["{csv}", "--aws"], "--aws needs --domain"),
        (["--profile", "prod"], "add --aws"),
        (["--aws-region", "us-east-1"], "add --aws"),
        (["--on-invalid", "ignore"], "invalid choice: 'ignore'"),
        (["--delimiter", ";"], "are for a file"),
        (["{csv}", "--delimiter", ";;"], "has 2 characters"),
        (["{csv}", "--encoding", "utf-99"], "is no encoding"),
    ],
)
def test_a_mistake_in_the_command_is_status_2(three, capsys, arguments, expected):
    assert status_of(*(argument.format(csv=three) for argument in arguments)) == 2
    said = capsys.readouterr().err
    assert "usage: python -m cpnb" in said
    assert expected in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fields", "nope.json"], "nope.json"),
        (["--expiry", "0"], "from 1 to 1098"),
        (["--expiry", "1099"], "from 1 to 1098"),
        (["--domain", "two words"], "cannot be the name of a domain"),
        (["--region", "Atlantis"], "is no region"),
    ],
)
def test_what_cannot_be_asked_for_is_status_2(three, capsys, arguments, expected):
    assert status_of(three, "--unique-key", "id", *arguments) == 2
    assert expected in capsys.readouterr().err


def test_a_table_without_a_key_asks_for_the_option(tmp_path, capsys):
    path = tmp_path / "keyless.csv"
    path.write_text("email,city\na@example.com,Ulm\na@example.com,Ulm\n", encoding="utf-8")
    assert status_of(path) == 2
    assert "--unique-key NAME, one of 'email', 'city'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--profile", "nosuch"], "no profile of this name"),
        ([], "no AWS region is set"),
        (["--aws-region", "us-east-1"], "no usable AWS credentials"),
    ],
    ids=["unknown profile", "no region", "no credentials"],
)
def test_aws_that_is_not_configured_is_status_2(three, no_aws, capsys, arguments, expected):
    assert status_of(three, "--unique-key", "id", "--aws", "--domain", "loyalty", *arguments) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert "--domain, --profile and --aws-region" in said


def test_aws_is_told_with_its_account_before_the_upload(three, aws_is_the_sandbox, sandbox, capsys):
    sandbox.domain("by-command")
    arguments = (three, "--unique-key", "id", "--aws", "--domain", "by-command", "--aws-region", "eu-west-1")
    assert status_of(*arguments) == 0
    said = capsys.readouterr().out
    place = "Rows go to AWS account 123456789012, region eu-west-1, domain by-command."
    assert 0 <= said.find(place) < said.find("SUCCEEDED (3 created")


def test_a_domain_that_does_not_exist_is_status_3(three, aws_is_the_sandbox, capsys):
    assert status_of(three, "--unique-key", "id", "--aws", "--domain", "nowhere") == 3
    assert "no domain of this name" in capsys.readouterr().err


def test_the_sandbox_is_named_and_refuses_what_the_guide_forbids(three, capsys):
    assert status_of(three, "--unique-key", "id", "--expiry", "91") == 3
    said = capsys.readouterr()
    assert "Rows go to a sandbox on this machine: nothing leaves it, and it ends with this command." in said.out
    assert "at most 90" in said.err


def test_a_terminal_without_its_letters_still_shows_the_names_of_columns(tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text("id,email,名前\n1,a@example.com,x\n", encoding="utf-8")
    command = [*COMMAND, str(path), "--unique-key", "id"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, capture_output=True, env=ascii_only, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert rb"\u540d\u524d" in done.stdout


def test_a_key_that_is_no_column_is_status_2(three):
    done = run(three, "--unique-key", "ID number")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_saved_field_map_is_used(three, tmp_path):
    FieldMap({"id": "AccountNumber", "email": "BusinessEmailAddress"}, unique_key="id").save(tmp_path / "map.json")
    done = run(three, "--fields", tmp_path / "map.json")
    assert done.returncode == 0, done.stderr
    assert "BusinessEmailAddress" in done.stdout


def test_options_go_before_what_the_map_says(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("id,number,phone\n1,7,206 555 0100\n", encoding="utf-8")
    fields = FieldMap({"id": "AccountNumber", "number": "Attributes.number", "phone": "PhoneNumber"}, unique_key="id")
    fields.save(tmp_path / "map.json")
    done = run(path, "--fields", tmp_path / "map.json", "--unique-key", "number", "--region", "US")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Unique key +number -> Attributes.number", done.stdout)
    assert "phone_without_country" not in done.stdout


def test_a_file_with_another_delimiter_and_encoding(tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text("id;name;email\n1;Jürgen;a@example.com\n", encoding="cp1252")
    found_out = run(path, "--unique-key", "id")
    said = run(path, "--unique-key", "id", "--delimiter", ";", "--encoding", "cp1252")
    for done in (found_out, said):
        assert done.returncode == 0, done.stderr
        assert "1 row, 3 columns" in done.stdout
    assert "Note: 'kunden.csv' was read with" in found_out.stdout
    assert "Note: 'kunden.csv'" not in said.stdout
    assert found_out.stderr == ""


def test_a_file_that_cannot_be_read_is_status_1_with_advice(tmp_path, capsys):
    path = tmp_path / "ragged.csv"
    path.write_text("id,email\n1,a@example.com\n2,b@example.com,surplus\n", encoding="utf-8")
    assert status_of(path, "--unique-key", "id") == 1
    said = capsys.readouterr().err
    assert "line 3" in said
    assert "Next: --delimiter, --encoding and --sheet" in said


def test_an_excel_file_arrives(tmp_path, capsys):
    path = tmp_path / "people.xlsx"
    pd.DataFrame({"id": ["001", "002"], "email": ["a@example.com", "b@example.com"]}).to_excel(path, index=False)
    assert status_of(path, "--unique-key", "id") == 0
    assert "SUCCEEDED (2 created" in capsys.readouterr().out


def test_what_can_be_repaired_is_repaired_and_told(tmp_path, capsys):
    path = tmp_path / "messy.csv"
    path.write_text("id,email,phone\n1, a@EXAMPLE.com,(206) 555-0100\n", encoding="utf-8")
    arguments = (path, "--unique-key", "id", "--region", "US")
    assert status_of(*arguments) == 0
    said = capsys.readouterr().out
    assert "Cleaned: 1 row: 2 cells repaired in 2 columns, nothing left to repair." in said
    assert "'(999) 999-9999' -> '+99999999999' [phones]" in said
    assert "Report: 1 row, no findings." in said

    assert status_of(*arguments, "--repair", "nothing") == 0
    said = capsys.readouterr().out
    assert "Cleaned" not in said
    assert "email_invalid" in said


def test_a_tab_can_be_typed(tmp_path):
    path = tmp_path / "tabs.tsv"
    path.write_text("id\temail\n1\ta@example.com\n", encoding="utf-8")
    done = run(path, "--unique-key", "id", "--delimiter", r"\t")
    assert done.returncode == 0, done.stderr


def test_a_refusal_says_what_to_write_on_the_command_line(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("id,phone\n1,206 555 0100\n", encoding="utf-8")
    done = run(path, "--unique-key", "id", "--on-invalid", "raise")
    assert done.returncode == 1
    assert "for example --region US." in done.stdout
    assert "Next: --on-invalid blank sends bad cells empty, --on-invalid skip leaves their rows behind." in done.stderr
    assert "report." not in done.stderr


def test_rows_without_any_key_are_refused_with_other_advice(tmp_path):
    path = tmp_path / "keyless.csv"
    path.write_text("id,email\n,a@example.com\n,b@example.com\n", encoding="utf-8")
    done = run(path, "--unique-key", "id")
    assert done.returncode == 1
    assert "name another --unique-key" in done.stderr
    assert "--on-invalid" not in done.stderr


def test_an_interrupt_ends_the_command_and_its_sandbox(three):
    # A shell lets its background jobs ignore the signal, and they hand that on.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command = started(three, "--unique-key", "id")
    finally:
        signal.signal(signal.SIGINT, previous)
    port = next(int(found[1]) for line in command.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
    command.send_signal(signal.SIGINT)
    _, stderr = command.communicate(timeout=60)
    assert command.returncode == 130
    assert stderr.startswith("\nInterrupted; nothing more is sent.")
    assert "Traceback" not in stderr
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_a_reader_that_goes_away_causes_no_complaint(three):
    command = started(three, "--unique-key", "id")
    command.stdout.readline()
    command.stdout.close()
    stderr = command.stderr.read()
    assert command.wait(timeout=60) == 141
    assert stderr == ""
    command.stderr.close()
