"""The reference in `notebooks/reference`: it builds without a warning, leaves out nothing, and needs no network."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import cpnb
from cpnb.accessor import CustomerProfilesAccessor
from cpnb.dask import DaskCustomerProfilesAccessor
from cpnb.magics import FAMILY, magics_of
from cpnb.sandbox.settings import Settings

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"


def sphinx(builder: str, source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run Sphinx with the configuration of the reference; it is an error if anything is complained about."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder]
    places = ["-c", NOTEBOOKS / "reference", "-d", target / "doctrees", source, target / builder]
    return subprocess.run([*command, *places], capture_output=True, text=True, timeout=240, check=False)


@dataclass(frozen=True)
class Built:
    """The reference as it was built."""

    folder: Path

    def names(self, kind: str) -> set[str]:
        """Return what has an entry, by the kinds of Sphinx's inventory: ``py``, ``std:confval``."""
        inventory = InventoryFile.loads((self.folder / "objects.inv").read_bytes(), uri="").data
        return {name for one in inventory if one == kind or one.startswith(f"{kind}:") for name in inventory[one]}

    def text(self, page: str) -> str:
        """Return the words of a page, with single spaces between them."""
        source = (self.folder / f"{page}.html").read_text(encoding="utf-8")
        article = re.search(r"<article.*?</article>", source, re.DOTALL)
        assert article is not None
        return " ".join(html.unescape(re.sub(r"<[^>]*>", "", article[0])).split())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    target = tmp_path_factory.mktemp("reference")
    run = sphinx("html", NOTEBOOKS, target)
    assert (run.returncode, run.stderr) == (0, "")
    return Built(target / "html")


def test_every_public_name_has_its_place(built: Built) -> None:
    assert {f"cpnb.{name}" for name in cpnb.__all__} - built.names("py") == set()


def test_every_method_of_the_accessor_has_its_place_under_the_name_that_one_types(built: Built) -> None:
    methods = {name for name in vars(CustomerProfilesAccessor) if not name.startswith("_")}

    found = {name for name in built.names("py") if name.startswith("pandas.")}
    assert found == {f"pandas.DataFrame.cp.{name}" for name in methods}
    page = built.text("reference/accessor")
    assert "Examine the rows, send them, and return the upload at work; see cpnb.upload." in page
    assert "on_invalid: Literal['raise', 'blank', 'skip'] = 'raise'" in page


def test_every_method_of_the_accessor_of_dask_has_its_place(built: Built) -> None:
    methods = {name for name in vars(DaskCustomerProfilesAccessor) if not name.startswith("_")}

    found = {name for name in built.names("py") if name.startswith("dask.")}
    assert found == {f"dask.dataframe.DataFrame.cp.{name}" for name in methods}
    assert "cpnb.dask.CleanedPartitions.compute" in built.names("py")


def test_every_magic_is_there_with_its_example_and_its_options(built: Built) -> None:
    page = built.text("reference/magics")

    assert {name for name in magics_of(FAMILY) if f" {name}¶" not in page} == set()
    assert "%cp_upload people --unique-key customer_id" in page
    assert "Column by which the service recognises a customer." in page
    assert {"cp_upload.--unique-key", "cp_upload.--on-invalid", "cp_jobs.--since"} <= built.names("std:cmdoption")


def test_both_commands_are_there_with_their_options_and_what_they_end_with(built: Built) -> None:
    assert {"python--m-cpnb.--repair", "python--m-cpnb.sandbox.--tls"} <= built.names("std:cmdoption")
    page = built.text("reference/command")
    assert "Exit status: 0 when the rows are in, 1 when the data was refused" in page
    assert "One of certain, nothing." in page


def test_every_setting_of_the_sandbox_is_there_with_its_question_choices_and_source(built: Built) -> None:
    assert built.names("std:confval") == set(Settings.described())
    page = built.text("reference/sandbox")
    assert (
        "ragged_record¶ What does a record with too many or too few cells do? Default: fail_record; else fail_file. "
        "Source: AWS re:Post, ‘Automate Customer Segmentation in Amazon Connect’." in page
    )
    assert "max_mapped_fields¶ How many fields may one job map? Default: 25; from 1 to 100,000." in page
    assert "/_sandbox/clock" in page


def test_the_errors_are_there_as_a_tree(built: Built) -> None:
    assert "└── TransferError the file did not get through to the storage" in built.text("reference/errors")


def test_the_targets_are_there_with_what_they_take(built: Built) -> None:
    page = built.text("reference/fields")

    assert "BirthDate 255 characters yes" in page
    assert "PartyType one of INDIVIDUAL, BUSINESS, OTHER no" in page


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_a_page_of_the_course_with_its_outputs(notebook: Path, built: Built) -> None:
    page = (built.folder / f"{notebook.stem}.html").read_text(encoding="utf-8")

    assert notebook.stem in (built.folder / "reference" / "index.html").read_text(encoding="utf-8")
    assert 'class="cell_output' in page


def test_no_page_loads_anything_from_elsewhere(built: Built) -> None:
    loading = re.compile(
        r"""<(?:script|img|iframe|source)[^>]*\ssrc=["'](?:https?:)?//[^"']+|<link[^>]*\shref=["'](?:https?:)?//[^"']+
        |@import\s[^;]*//[^;]+|url\(\s*["']?(?:https?:)?//[^)]+""",
        re.VERBOSE,
    )
    files = [path for path in built.folder.rglob("*") if path.suffix in {".html", ".css"}]

    assert len(files) > 20
    found = {path.name: loading.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_a_name_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    page = tmp_path / "source" / "reference" / "index.rst"
    page.parent.mkdir(parents=True)
    page.write_text("Trial\n=====\n\n.. names:: upload\n\nSee `cpnb.upload`, its `marker`, and `cpnb.uplaod`.\n")

    run = sphinx("dummy", tmp_path / "source", tmp_path)

    assert run.returncode == 1
    complaints = re.findall(r"reference target not found: (\S+)", run.stderr)
    assert "cpnb.uplaod" in complaints
    assert not {"cpnb.upload", "marker"} & set(complaints)
