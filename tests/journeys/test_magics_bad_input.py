"""What the magics answer to what they cannot use: one message in plain words, and nothing done."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Iterator

import pandas as pd
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.magics import FAMILY, magics_of
from tests.journeys.customers import QUICK

PEOPLE = pd.DataFrame(
    {
        "customer_id": ["01", "02"],
        "email": ["a@example.com", "b@example.com"],
        "$city {0}": ["Seattle", "Tacoma"],
        "country": ["US", "CA"],
    }
)
FIELDS = cpnb.FieldMap({"customer_id": "AccountNumber", "email": "EmailAddress"}, unique_key="customer_id")


@pytest.fixture
def shell(tmp_path, monkeypatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    shell.user_ns |= {"people": PEOPLE, "fields": FIELDS, "cpnb": cpnb, "pd": pd}
    yield shell
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


@pytest.fixture
def bound(shell, domain) -> InteractiveShell:
    """The shell, with a domain of the sandbox bound."""
    shell.user_ns |= {"place": domain, "quick": cpnb.UploadOptions(patience=QUICK)}
    shell.run_line_magic("cp_domain", "place")
    return shell


def answer(shell: InteractiveShell, cell: str) -> str:
    """Return what is said in place of doing what a cell asks for."""
    result = shell.run_cell(cell)
    error = result.error_before_exec or result.error_in_exec
    assert isinstance(error, UsageError), error
    assert error.__context__ is None  # nothing that could hold the table
    return str(error)


NEEDS_A_DOMAIN = [
    "%cp_domain",
    "%cp_plan people --fields fields",
    "%cp_upload people --fields fields",
    "%cp_upload people --fields fields --show-code",
    "%cp_jobs",
    f"%cp_job {'0' * 32}",
    "%cp_segments",
    "%%cp_segment x\nprofile.LastName == 'Smith'",
]


@pytest.mark.parametrize("cell", NEEDS_A_DOMAIN)
def test_without_a_domain_both_ways_to_bind_one_are_shown(shell, cell):
    assert answer(shell, cell) == (
        "No domain is bound, so there is nowhere to go. Run one of these first:\n"
        "    %cp_sandbox start --domain loyalty\n"
        "    %cp_domain loyalty --profile prod"
    )


def test_without_a_sandbox(shell):
    assert answer(shell, "%cp_sandbox status") == "No sandbox runs. Start one: %cp_sandbox start --domain loyalty"
    assert answer(shell, "%cp_sandbox stop --domain x") == "--domain belongs to start: %cp_sandbox start --domain x"
    assert shell.run_line_magic("cp_sandbox", "stop") is None  # what is to be so is so


def test_after_the_sandbox_has_stopped_nothing_is_bound(shell):
    shell.run_line_magic("cp_sandbox", "start --domain loyalty")
    shell.run_line_magic("cp_sandbox", "stop")
    assert answer(shell, "%cp_jobs").startswith("No domain is bound")


def test_without_credentials(shell, tmp_path, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "profile of this name" in answer(shell, "%cp_domain loyalty --profile prod")
    shell.run_line_magic("cp_domain", "loyalty --region eu-west-1")
    for cell in ("%cp_jobs", "%cp_segments", "%cp_upload people --fields fields"):
        assert "no usable AWS credentials" in answer(shell, cell)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("number", "'number' is a int; expected a variable that holds a pandas DataFrame."),
        ("cleaned", "'cleaned' is a Cleaned; expected a variable that holds a pandas DataFrame. Its table is "
                    "cleaned.frame."),
        ("people.country", "people.country is a Series; expected a pandas DataFrame."),
        ("peopel", "There is no variable 'peopel'. Did you mean 'people'?"),
        ("peopel[:1]", "peopel[:1] cannot be worked out. There is no variable 'peopel'. Did you mean 'people'?"),
        ('people[people.contry == "US"]',
         'people[people.contry == "US"] cannot be worked out. DataFrame has no \'contry\'. Did you mean \'country\'?'),
        ("people['contry']", "people['contry'] cannot be worked out. There is no 'contry' in it."),
        ("people[::0]", "people[::0] cannot be worked out. It ends with ValueError; in a cell of its own it says why."),
        ("people.csv", "'people.csv' is a file. Read it first: %cp_read people.csv -o people"),
        ("people.txt", "people.txt cannot be worked out. DataFrame has no 'txt'."),
        ("people,", "people, is a tuple; expected a pandas DataFrame."),
        ("people[", "The line has a [ and no closing bracket for it. A name that holds one goes between quotation "
                    "marks of the other kind."),
        ("people.query('nope > 0')", "people.query('nope > 0') cannot be worked out. It uses a name that there is "
                                     "not."),
        ("(await people)", "'(await people)' is neither the name of a variable nor an expression of Python, such as "
                           'people[people.country == "US"].'),
        ("my-people!", "'my-people!' is neither the name of a variable nor an expression of Python, such as "
                       'people[people.country == "US"].'),
    ],
)  # fmt: skip
def test_a_table_that_is_none(bound, table, words, tmp_path):
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    bound.user_ns |= {"number": 3, "cleaned": cpnb.clean(PEOPLE, FIELDS)}
    for magic in ("cp_validate", "cp_clean", "cp_plan", "cp_upload"):
        assert answer(bound, f"%{magic} {table} --fields fields") == words
    assert cpnb.list_jobs(bound.user_ns["place"]).to_frame().empty


def test_what_goes_wrong_in_an_expression_is_told_without_the_values_of_the_table(shell):
    for expression in ("people.astype({'email': int})", "people[people.email.map(int) > 0]"):
        assert "example.com" not in answer(shell, f"%cp_validate {expression} --fields fields")
    assert answer(shell, "%cp_validate people.pipe({}.__getitem__('a@example.com'.upper())) --fields fields") == (
        "people.pipe({}.__getitem__('a@example.com'.upper())) cannot be worked out. It looks for a key that is not "
        "there."
    )


def test_an_expression_may_be_longer_than_any_name_of_a_file(shell):
    one_of = " | ".join(f'(people.country == "{number}")' for number in range(40))
    report = shell.run_cell(f'%cp_validate people[(people.country == "US") | {one_of}] --fields fields').result
    assert report.row_count == 1
    assert answer(shell, f"%cp_validate people --fields {'f' * 300}") == (
        f"--fields {'f' * 300!r} is neither a variable that holds a FieldMap nor a file."
    )


class OwnError(Exception):
    """An error of the analyst's own."""


def refuse(value: str) -> bool:
    """Raise an error that holds what it was given."""
    raise OwnError(value)


def test_whatever_an_expression_raises_is_told_without_its_text(bound):
    bound.user_ns["refuse"] = refuse
    table = "people[people.email.map(refuse)]"
    assert answer(bound, f"%cp_validate {table} --fields fields") == (
        f"{table} cannot be worked out. It ends with OwnError; in a cell of its own it says why."
    )
    assert answer(bound, "%%cp_segment x\nprofile.LastName.isin(people.email.map(refuse))") == (
        "The condition could not be worked out: line 2 of the cell ended with OwnError. Run what stands there in a "
        "cell of its own, which shows the whole error."
    )
    # What cpnb itself says holds no value, and says more.
    ours = answer(bound, "%cp_validate people --fields cpnb.FieldMap({'email': 'Nope'})")
    assert ours.startswith("The service has no target 'Nope'.")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%cp_upload people --region US --region CA", "--region is given twice; which one is meant? Leave the other "
                                                      "out."),
        ("%cp_upload people --expiry 3 --data-expiry 3", "--data-expiry is given twice; which one is meant? Leave the "
                                                         "other out."),
        ("%cp_upload people -o a --out=b", "--out is given twice; which one is meant? Leave the other out."),
        ("%cp_upload people --wait --wait", "--wait is given twice; which one is meant? Leave the other out."),
        ("%cp_upload people --unique_key a", "%cp_upload has no option '--unique_key'. Did you mean '--unique-key'? "
                                             "%cp_upload? shows all."),
        ("%cp_upload people --uniq a", "%cp_upload has no option '--uniq'. Did you mean '--unique-key'? "
                                       "%cp_upload? shows all."),
        ("%%cp_segment x --fram people\nprofile", "%%cp_segment has no option '--fram'. Did you mean '--frame'? "
                                                  "%%cp_segment? shows all."),
        ("%cp_upload people --on-invalid blnk", "--on-invalid is 'blnk'; expected one of 'raise', 'blank', 'skip'. "
                                                "Did you mean 'blank'?"),
        ("%cp_sandbox strat", "ACTION is 'strat'; expected one of 'start', 'stop', 'status'. Did you mean 'start'?"),
        ("%cp_sandbox", "%cp_sandbox lacks ACTION. For example: %cp_sandbox start --domain loyalty"),
        ("%cp_job", "%cp_job lacks ID. For example: %cp_job 3f2504e04f8941d39a0c0305e82c3301"),
        ("%%cp_segment\nprofile", "%%cp_segment lacks NAME. For example: %%cp_segment seattle-s --frame people"),
        ("%cp_clean people --keep", "--keep lacks its value, one of 'first', 'last', 'most_complete'. One that begins "
                                    "with - goes between quotation marks."),
        ("%cp_upload people --wait=yes", "--wait takes no value; it is there or not."),
        ("%cp_upload people --expiry soon", "--expiry is 'soon'; expected a whole number."),
        ("%cp_jobs --limit 2.5", "--limit is '2.5'; expected a whole number."),
        ("%cp_upload people twice", "'twice' is one word too many. A name, or an expression with spaces outside of "
                                    "its brackets, goes between quotation marks. For example: %cp_upload people "
                                    "--unique-key customer_id --region US --expiry 30 --on-invalid blank"),
        ("%cp_upload people -o 2nd", "--out '2nd' cannot be the name of a variable."),
        ("%cp_upload people -o class", "--out 'class' cannot be the name of a variable."),
        ("%%cp_segment x --tag team=crm --tag team=ops\nprofile.LastName == 'A'",
         "--tag 'team' is given twice; which value is meant? Leave the other out."),
        ("%cp_upload people --marker spring", "--marker 'spring' has no '='. Name the attribute and its value: "
                                              "--marker campaign=spring-2026"),
        ("%cp_fields people --with-field tier", "--with-field 'tier' is no pair. Name the column and the field: "
                                                "--with-field tier=Attributes.tier"),
        ("%cp_clean people --steps phone", "There is no repair 'phone'. Did you mean 'phones'?"),
        ("%cp_plan people --options fields", "fields is a FieldMap; expected a UploadOptions for --options."),
        ("%cp_help cp_uplod", "There is no magic 'cp_uplod'. Did you mean 'cp_upload'? %cp_help lists all."),
        ("%cp_domain --profile prod", "Which domain? Name it first: %cp_domain loyalty --profile prod"),
        ('%cp_read "people.csv', 'The line has a " and no closing quotation mark for it. A name that holds one goes '
                                 "between quotation marks of the other kind."),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read(bound, cell, words):
    assert answer(bound, cell).startswith(words)


@pytest.mark.parametrize("magic", list(magics_of(FAMILY)))
def test_whatever_a_line_says_it_ends_no_kernel(bound, magic):
    cell = "\nx" if magic.startswith("%%") else ""
    for line in ("--nonsense", "-x", "--", "- - -", "=", "'", "((", "--out", "-o=", "a b c d e f g", "\\", "-5"):
        bound.run_cell(f"{magic} {line}{cell}")  # an error of any other kind, SystemExit first, would come through
        assert answer(bound, f"{magic} --nonsense {cell}").startswith(f"{magic} has no option '--nonsense'.")


def test_help_is_shown_by_h_and_by_a_question_mark(bound, capsys):
    for cell in ("%cp_upload -h", "%cp_upload --nonsense --help", "%%cp_segment -h\nx"):
        capsys.readouterr()
        assert bound.run_cell(cell).success
        assert "In Python::" in capsys.readouterr().out
    for name, magic in magics_of(FAMILY).items():
        documented = bound.find_magic(name.strip("%"), "cell" if name.startswith("%%") else "line").__doc__
        assert documented == magic.__doc__
        assert f"    {name}" in documented  # an example
        assert "--show-code" in documented


def test_a_file_that_is_no_field_map(bound, tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    assert answer(bound, "%cp_validate people --fields people.csv") == "'people.csv' is no field map: it is not JSON."
    assert "field map" in answer(bound, "%cp_validate people --fields notes.json")
    assert answer(bound, "%cp_validate people --fields note.json") == (
        "--fields 'note.json' is neither a variable that holds a FieldMap nor a file."
    )
    assert answer(bound, "%cp_validate people --fields people") == (
        "--fields 'people' is a DataFrame; expected a FieldMap, or the name of its file."
    )
    assert answer(bound, "%cp_validate people --fields feilds").endswith("Did you mean 'fields'?")


def test_a_domain_with_a_space(bound, sandbox):
    refused = (
        "'two words' cannot be the name of a domain: expected 1 to 64 letters, digits, '_' or '-', without spaces."
    )
    assert answer(bound, "%cp_domain 'two words' --region us-east-1") == refused
    assert answer(bound, "%cp_domain two words").startswith("'words' is one word too many.")
    assert answer(bound, "%cp_sandbox start --domain 'two words'") == refused
    assert answer(bound, "%cp_jobs --domain 'two words'") == refused


def test_a_path_with_spaces_stands_between_quotation_marks(bound, tmp_path):
    folder = tmp_path / "it's mine"
    folder.mkdir()
    PEOPLE.to_csv(folder / "my people.csv", index=False)
    assert list(bound.run_line_magic("cp_read", '"it\'s mine/my people.csv"').columns) == list(PEOPLE.columns)
    assert answer(bound, "%cp_read it's mine/my people.csv").startswith("'mine/my' is one word too many.")


def test_signs_of_ipython_in_a_column_are_letters(bound):
    bound.user_ns["city"] = "another value"
    for cell in (
        'fields = %cp_fields people --with-field "$city {0}=Address.City" --unique-key customer_id',
        "%cp_fields people --with-field '$city {0}=Address.City' -o fields",
    ):
        assert bound.run_cell(cell).success
        assert bound.user_ns["fields"]["$city {0}"].target == "_profile.Address.City"
    assert bound.run_cell("%cp_validate people[people['$city {0}'] == 'Seattle'] --fields fields -o report").success
    assert bound.user_ns["report"].row_count == 1


def test_a_magic_that_is_run_twice_gives_the_same(bound):
    line = "people --fields fields --options quick --wait"
    first, again = (bound.run_line_magic("cp_upload", line) for _ in range(2))
    assert first.jobs[0].job_id == again.jobs[0].job_id
    assert again.results.created == 2


def test_a_warning_is_shown_each_time_and_seems_to_come_from_the_magic(bound, tmp_path):
    (tmp_path / "people.csv").write_bytes("name;city\nAda;Zürich\n".encode("cp1252"))
    for _ in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            bound.run_line_magic("cp_read", "people.csv")
        assert [(one.category, one.filename) for one in caught] == [(cpnb.ReadWarning, "%cp_read")]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore", cpnb.ReadWarning)
        bound.run_line_magic("cp_read", "people.csv")
    assert caught == []


def test_an_interrupt_is_told_in_words_and_the_upload_is_kept(bound, sandbox, domain):
    before = sandbox.settings()["processing_s"]
    sandbox.change(processing_s=3600)
    timer = threading.Timer(2.0, signal.raise_signal, [signal.SIGINT])
    # A shell lets its background jobs ignore the signal, and they hand that on.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        said = answer(bound, "%cp_upload people --fields fields --options quick --wait -o upload")
    finally:
        timer.join()
        signal.signal(signal.SIGINT, previous)
        sandbox.change(processing_s=before)
    assert said == ("Interrupted. The upload goes on in the background: wait() waits again, stop() stops it.")
    upload = bound.user_ns["upload"]
    assert upload.status == "IN_PROGRESS"
    assert upload.stop().jobs[0].refresh().status == "STOPPED"
