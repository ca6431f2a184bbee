"""``python -m cpnb``, as a person types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cpnb.fields import FieldMap


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cpnb", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


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
    "arguments",
    [["--aws"], ["--profile", "prod"], ["--on-invalid", "ignore"]],
    ids=["aws without a domain", "profile without aws", "no such choice"],
)
def test_a_mistake_in_the_command_is_status_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage: python -m cpnb" in done.stderr


def test_a_key_that_is_no_column_is_status_2(three):
    done = run(three, "--unique-key", "ID number")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_saved_field_map_is_used(three, tmp_path):
    FieldMap({"id": "AccountNumber", "email": "BusinessEmailAddress"}, unique_key="id").save(tmp_path / "map.json")
    done = run(three, "--fields", tmp_path / "map.json")
    assert done.returncode == 0, done.stderr
    assert "BusinessEmailAddress" in done.stdout


def test_a_file_that_is_not_there_is_status_1(tmp_path):
    done = run(tmp_path / "nothing.csv")
    assert done.returncode == 1
    assert "nothing.csv" in done.stderr
    assert "Traceback" not in done.stderr
