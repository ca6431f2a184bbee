"""The notebooks: a course that reads as one, outputs that are compared, files that open everywhere.

That each shows what it shows is tested by nbval, which runs them all; here stands what nbval takes for granted.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks import FOLDER, METADATA, NOTEBOOKS, WIDGET_VIEW, read, sanitized, shown, tidied, written

ROOT = FOLDER.parent

# Tags by which nbval compares less, or runs less.
WAYS_OUT = {"nbval-ignore-output", "nbval-skip", "nbval-check-output", "nbval-raises-exception", "raises-exception"}
# The same as comments in a cell, which could give no reason.
WAYS_OUT_IN_COMMENTS = re.compile(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)", re.MULTILINE)

# What nbval compares as text. It passes over PNG and JPEG: two pictures of one thing differ in their bytes.
COMPARED = {"text/plain", "text/html", "text/markdown", "image/svg+xml", "application/json"}

MINUTES = {"five": 5, "ten": 10, "fifteen": 15, "twenty": 20}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def opening(path: Path) -> str:
    """Return the first cell of a notebook, its line breaks as spaces."""
    return " ".join(read(path).cells[0].source.split())


# The course


@every_notebook
def test_a_notebook_opens_with_its_number_what_you_can_do_afterwards_and_how_long_it_takes(path: Path) -> None:
    assert re.match(rf"# {int(path.name[:2])}\. \w.* After (this|these few cells) you ", opening(path))
    assert re.search(r"It takes about \w+ minutes", opening(path))


def test_the_page_of_the_course_lists_every_notebook_in_order_with_its_title_and_its_time() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| \[(.+?)\]\((.+?)\) \| (\d+) min \|", page, flags=re.MULTILINE)

    assert [name for _, _, name, _ in rows] == [path.name for path in NOTEBOOKS]
    for number, title, name, minutes in rows:
        first = opening(FOLDER / name)
        [said] = re.findall(r"It takes about (\w+) minutes", first)
        assert first.startswith(f"# {number}. {title} ")
        assert MINUTES[said] == int(minutes)


@every_notebook
def test_the_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    linked = [link for cell in read(path).cells for link in re.findall(r"\]\((?!https?:)([^)#]+)", cell.source)]

    assert [link for link in linked if not (FOLDER / link).exists()] == []


# The files


@every_notebook
def test_a_notebook_was_run_from_its_first_cell_to_its_last(path: Path) -> None:
    counts = [cell.execution_count for cell in code_cells(read(path))]

    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_a_notebook_is_saved_as_the_command_saves_it_without_times_and_widget_state(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == written(tidied(read(path))), f"python -m tests.notebooks {path.name}"


@every_notebook
def test_a_notebook_is_of_the_format_with_cell_ids_and_names_its_kernel_and_language(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(notebook)

    ids = [cell["id"] for cell in notebook["cells"]]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)  # 4.5 is the first with ids
    assert len(set(ids)) == len(ids)
    # Without these VS Code and Colab ask, or warn, when they open a notebook; what else they would add is not there.
    assert notebook["metadata"] == METADATA
    assert METADATA["kernelspec"]["name"] == "python3"
    assert METADATA["language_info"]["name"] == "python"


def test_what_says_nothing_to_a_reader_is_not_saved() -> None:
    cell = nbformat.v4.new_code_cell("x", metadata={"execution": {}, "scrolled": True, "tags": ["a"]})
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="one\n"),
        nbformat.v4.new_output("stream", name="stdout", text="two\n"),
        nbformat.v4.new_output("stream", name="stderr", text="three\n"),
        nbformat.v4.new_output("display_data", {"text/plain": "a widget", WIDGET_VIEW: {"model_id": "7"}}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {"state": {}}})

    tidy = tidied(notebook)

    assert tidy.metadata == METADATA
    assert tidy.cells[0].metadata == {"tags": ["a"]}
    assert [output.get("text") for output in tidy.cells[0].outputs] == ["one\ntwo\n", "three\n", None]
    assert tidy.cells[0].outputs[2].data == {"text/plain": "a widget"}
    assert len(notebook.cells[0].outputs) == 4


def test_text_that_came_in_pieces_is_compared_as_one() -> None:
    pieces, whole = (nbformat.v4.new_code_cell("x") for _ in range(2))
    pieces.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("one\n", "two\n")]
    whole.outputs = [nbformat.v4.new_output("stream", name="stdout", text="one\ntwo\n")]
    notebook = nbformat.v4.new_notebook(cells=[pieces, whole])

    assert shown(notebook) == ['[{"stdout": "one\\ntwo\\n"}]'] * 2


@every_notebook
def test_the_outputs_of_a_notebook_hold_no_error_no_path_no_secret_and_nobody(path: Path) -> None:
    found = outputs(read(path))
    text = json.dumps(found, ensure_ascii=False)

    assert [output.ename for output in found if output.output_type == "error"] == []
    assert [output.text for output in found if output.get("name") == "stderr"] == []  # warnings go there
    assert re.findall(r"/(?:home|root|Users|tmp|work|opt|usr)/\S*", text) == []
    assert re.findall(r"0x[0-9a-f]{6,}|[\w.]+@(?!example\.|a+\.a)\w[\w.]*", text) == []
    # An upload URL, the key of a file in base64, an access key.
    assert re.findall(r"X-Amz-\w+|(?<![\w+/])[\w+/]{43}=|\b(?:AKIA|ASIA)\w{12,}", text) == []


# What is compared


def unexplained(notebook: Any) -> list[str]:
    """Return the cells whose outputs would not be compared, or not for a reason that is given."""
    return [
        cell.id
        for cell in code_cells(notebook)
        if WAYS_OUT_IN_COMMENTS.search(cell.source)
        or (WAYS_OUT & set(cell.metadata.get("tags", ())) and len(cell.metadata.get("reason", "").split()) < 3)
    ]


@every_notebook
def test_an_output_that_is_not_compared_has_its_reason_beside_it(path: Path) -> None:
    assert unexplained(read(path)) == []


@pytest.mark.parametrize(
    ("source", "metadata", "is_explained"),
    [
        ("x", {}, True),
        ("x", {"tags": ["nbval-ignore-output"], "reason": "the layout engine draws by chance"}, True),
        ("x", {"tags": ["nbval-ignore-output"]}, False),
        ("x", {"tags": ["raises-exception"], "reason": "because"}, False),
        ("x\n# NBVAL_IGNORE_OUTPUT", {"reason": "the layout engine draws by chance"}, False),
    ],
)
def test_a_tag_without_a_reason_and_a_comment_are_found(source: str, metadata: Any, *, is_explained: bool) -> None:
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)

    assert (unexplained(nbformat.v4.new_notebook(cells=[cell])) == []) is is_explained


@every_notebook
def test_every_output_is_of_a_kind_that_is_compared(path: Path) -> None:
    kinds = {kind for output in outputs(read(path)) for kind in output.get("data", ())}

    assert kinds <= COMPARED


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("domain loyalty at 127.0.0.1:41809, region", "domain loyalty at 127.0.0.1:PORT, region"),
        ("Job 0b51178cd9974ab9a63a6b0ec1e95f14 succeeded", "Job JOB succeeded"),
        ("expire on 2026-12-24, 30 days after", "expire on DATE, 30 days after"),
        ("expire on 2026-12-24, 1 day after", "expire on DATE, 1 day after"),
        ("2026-11-24 05:51  SUCCEEDED  cpnb 2/6    1,000", "TIME  SUCCEEDED  cpnb 2/6    1,000"),
    ],
)
def test_ids_times_and_ports_are_made_alike(text: str, compared: str) -> None:
    assert sanitized(text) == compared


@pytest.mark.parametrize(
    "text",
    [
        "Sends  990 rows of 1,000, 134,021 bytes, in 1 part",
        "0  2001-10-12  gold  207.97",
        "customer_id  ██████████  none repeated, longest 12, most often '99:99' (45.0 %)",
        "00000137  +12065550100  98101",
        '"Version": "2012-10-17"',
    ],
)
def test_counts_shares_and_what_a_table_holds_are_compared_as_they_are(text: str) -> None:
    assert sanitized(text) == text


def test_one_changed_digit_turns_the_run_red(tmp_path: Path) -> None:
    whole = read(NOTEBOOKS[0])
    report = next(place for place, cell in enumerate(whole.cells) if "people.cp.validate(fields)" in cell.source)
    whole.cells = whole.cells[: report + 1]
    count = len(code_cells(whole))
    for name, kind in {"in_text": "text/plain", "in_html": "text/html"}.items():
        notebook = copy.deepcopy(whole)
        data = notebook.cells[report].outputs[0].data
        assert data[kind].count("error in 20 rows") == 1
        data[kind] = data[kind].replace("error in 20 rows", "error in 21 rows")
        (tmp_path / f"{name}.ipynb").write_text(written(notebook), encoding="utf-8")

    # As CI does it: with the options of pyproject.toml, the file for sanitising among them.
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-c", "pyproject.toml", tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    last = f"Cell {count - 1}"
    failed = re.findall(r"^FAILED \S*?(\w+)\.ipynb::(Cell \d+)", run.stdout, flags=re.MULTILINE)
    assert sorted(failed) == [("in_html", last), ("in_text", last)], run.stdout[-2000:]
    assert f"2 failed, {2 * (count - 1)} passed" in run.stdout  # the cells before it, which nobody changed
    assert run.returncode == 1


# Without a browser

RUNNERS = {
    "papermill": ["papermill", "{name}.ipynb", "out.ipynb", "--no-progress-bar"],
    "jupyter execute": ["jupyter", "execute", "{name}.ipynb", "--output=out"],
}
# Reads files beside it, and needs no sandbox.
QUICK = FOLDER / "04_cleaning_a_real_mess.ipynb"


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(
    "path",
    [QUICK, *(pytest.param(path, marks=pytest.mark.long) for path in NOTEBOOKS if path != QUICK)],
    ids=lambda path: path.name,
)
def test_a_notebook_shows_the_same_under_papermill_and_jupyter_execute(path: Path, runner: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "notebooks")
    command = [sys.executable, "-m", *(word.format(name=path.stem) for word in RUNNERS[runner])]

    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)

    assert run.returncode == 0, run.stderr[-2000:]
    assert shown(read(folder / "out.ipynb")) == shown(read(path))
