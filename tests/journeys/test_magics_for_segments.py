"""``%cp_segments`` and ``%%cp_segment``, in a real IPython shell."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.expressions import profile
from cpnb.segments import ReplacedSegmentWarning, SegmentDefinition, list_segments

PEOPLE = pd.DataFrame({"customer_id": ["01", "02"], "city": ["Seattle", "Tacoma"]})


def segment(shell: InteractiveShell, line: str, cell: str) -> SegmentDefinition | None:
    return shell.run_cell_magic("cp_segment", line, cell)


def test_a_condition_over_several_lines_becomes_a_segment(shell, domain, capsys):
    shell.user_ns["cities"] = ["Seattle", "Tacoma"]
    found = segment(
        shell,
        "north-west --display-name 'North West' --description 'For spring' --tag team=crm --tag note='two words'",
        """
# whom we write to in spring
profile.Address.City.isin([city.title() for city in cities])
& profile.LastName.startswith("S")  # and no others
""",
    )
    assert found == SegmentDefinition(
        "north-west",
        profile.Address.City.isin(["Seattle", "Tacoma"]) & profile.LastName.startswith("S"),
        display_name="North West",
        description="For spring",
        tags={"team": "crm", "note": "two words"},
    )
    assert SegmentDefinition.get(domain, "north-west") == found
    assert capsys.readouterr().out == (
        f"Created in domain {domain.name} at {domain.place}: segment north-west, profiles for which "
        "Address.City is one of 'Seattle', 'Tacoma' and LastName starts with 'S'.\n"
    )


def test_words_of_conditions_mean_what_they_mean_whatever_variables_are_called(shell):
    shell.user_ns |= {"profile": "prod", "calculated": 5, "LETTER": "S"}
    made = segment(shell, "x --dry-run", "profile.LastName.startswith(LETTER)")
    assert str(made.expression) == "LastName starts with 'S'"
    assert shell.user_ns["profile"] == "prod"
    inside = segment(shell, "y --dry-run", "[profile.Attributes[n] for n in ('a', 'b')][1] == 'x'")
    assert str(inside.expression) == "Attributes.b is 'x'"
    built = segment(shell, "z --dry-run", "~in_segment('x') & (calculated['_calls'] > 3)")
    assert str(built.expression) == "not (is in segment 'x') and _calls is greater than 3"


def test_a_query_takes_its_values_from_variables(shell, domain, capsys):
    shell.user_ns |= {"city": "O'Fallon", "least": 5}
    found = segment(shell, "sql --sql", "SELECT id FROM p\nWHERE city = :city AND score >= :least -- :nobody\n")
    assert found.sql == r"SELECT id FROM p\nWHERE city = 'O\'Fallon' AND score >= 5 -- :nobody".replace(r"\n", "\n")
    assert SegmentDefinition.get(domain, "sql").sql == found.sql
    assert capsys.readouterr().out.endswith("segment sql, in SQL.\n")


def test_a_cell_that_is_run_again_leaves_its_segment_alone(shell, domain, capsys):
    segment(shell, "x", "profile.LastName == 'Smith'")
    created_at = list_segments(domain)["created_at"][0]
    segment(shell, "x", "profile.LastName == 'Smith'")
    assert "Was in domain" in capsys.readouterr().out
    assert list_segments(domain)["created_at"][0] == created_at
    with pytest.raises(UsageError, match="already has a segment 'x'"):
        segment(shell, "x", "profile.LastName == 'Jones'")
    with pytest.warns(ReplacedSegmentWarning) as warned:
        segment(shell, "x --replace", "profile.LastName == 'Jones'")
    assert [(one.filename, str(one.message)[:11]) for one in warned] == [("%cp_segment", "Segment 'x'")]
    assert str(SegmentDefinition.get(domain, "x").expression) == "LastName is 'Jones'"
    segment(shell, "new --replace", "profile.LastName == 'Jones'")
    assert "Created in domain" in capsys.readouterr().out


def test_a_table_is_held_against_the_condition_before_anything_is_created(shell, domain):
    shell.user_ns |= {
        "people": PEOPLE,
        "fields": cpnb.FieldMap({"customer_id": "AccountNumber", "city": "Address.City"}, unique_key="customer_id"),
    }
    shell.display_pub = shown = CapturingDisplayPublisher()
    segment(shell, "x --frame people --fields fields --dry-run", "profile.Address.City == 'Seattle'")
    [preview] = shown.outputs
    assert preview["data"]["text/plain"].startswith("1 of 2 rows match")
    assert "text/html" in preview["data"]
    assert list_segments(domain).empty
    segment(shell, "base", "profile.Address.City == 'Seattle'")
    segment(shell, "x --frame people --fields fields", "~in_segment('base')")
    assert shown.outputs[-1]["data"]["text/plain"].startswith("1 of 2 rows match")
    assert sorted(list_segments(domain)["name"]) == ["base", "x"]
    segment(shell, "y --frame people --fields fields --dry-run", "in_segment('base')")
    assert shown.outputs[-1]["data"]["text/plain"].startswith("1 of 2 rows match")


def test_segments_are_listed_and_stored(shell, sandbox, domain):
    segment(shell, "x -o kept", "profile.LastName == 'Smith'")
    assert shell.user_ns["kept"].name == "x"
    assert segment(shell, "y -o kept", "profile.LastName == 'Smith'") is None
    assert list(shell.run_line_magic("cp_segments", "")["name"]) == ["x", "y"]
    assert shell.run_line_magic("cp_segments", "-o found") is None
    assert list(shell.user_ns["found"]["name"]) == ["x", "y"]
    shell.user_ns["elsewhere"] = sandbox.domain(f"{domain.name}-elsewhere")
    assert shell.run_line_magic("cp_segments", "--domain elsewhere").empty
    segment(shell, "x --domain elsewhere", "profile.LastName == 'Jones'")
    assert list(shell.run_line_magic("cp_segments", "--domain elsewhere")["name"]) == ["x"]


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("x", "\n", "The cell says nothing"),
        ("x", "# profile.LastName == 'a'\n\n", "The cell says nothing"),
        ("x", "profile.LastName.isin(\n[int(people['city'][1])])", "line 3 of the cell ended with ValueError"),
        ("x", "profile.LastName == people['city'].nope()", "line 2 of the cell ended with AttributeError"),
        ("x", "profile.LastName.starts_with('a')", r"no comparison 'starts_with'\. Did you mean 'startswith'"),
        ("x", "profile.LastName ==\n", r"cannot be read, line 2 of the cell: invalid syntax\. Expected one expression"),
        ("x", "\n(profile.LastName == 'a'\n| profile.LastName = 'b')", "cannot be read, line 4 of the cell: "),
        ("x", "profile.LastName == 'a'\nx = 5", "cannot be read, line [23] of the cell: "),
        ("x", "profile.LastName == teir", r"There is no variable 'teir'\. Did you mean 'tier'\?"),
        ("x", "profile.LastNam == 'a'", r"no attribute 'LastNam'\. Did you mean 'LastName'"),
        ("x", "profile.LastName", "needs a condition, got an object of type Attribute"),
        ("x", "'Smith'", "needs a condition, got an object of type str"),
        ("x", "profile.LastName == 'a' and profile.FirstName == 'b'", "neither true nor false"),
        ("x", "profile.LastName > 5", "cannot compare LastName by >"),
        ("x", "in_segment('gone')", "x -> gone"),
        ("'two words'", "profile.LastName == 'a'", "without spaces"),
        ("x --sql", "SELECT :teir", r"names :teir, and there is no variable 'teir'\. Did you mean 'tier'"),
        ("x --sql", "SELECT :nope", r"no variable 'nope'\.$"),
        ("x --sql", "SELECT ':tier", "has a ' in line 1"),
        ("x --sql --frame people", "SELECT 1", "written in SQL, which only the service can run"),
        ("x --tag team", "profile.LastName == 'a'", r"--tag 'team' has no '='"),
        ("x --fields fields", "profile.LastName == 'a'", "name the table too, --frame people"),
        ("x --frame peopel", "profile.LastName == 'a'", r"no variable 'peopel'\. Did you mean 'people'"),
        ("x -o 5", "profile.LastName == 'a'", "cannot be the name of a variable"),
        ("x --domain nowhere", "profile.LastName == 'a'", "neither a variable that holds a Domain"),
    ],
)
def test_a_mistake_is_one_line(shell, domain, line, cell, message):
    shell.user_ns |= {"tier": "gold", "people": PEOPLE, "fields": 5}
    with pytest.raises(UsageError, match=message) as caught:
        segment(shell, line, cell)
    assert caught.value.__context__ is None
    assert "Tacoma" not in str(caught.value)
    assert list_segments(domain).empty


def test_without_a_domain_nothing_is_created_and_a_dry_run_works():
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    with pytest.raises(UsageError, match="No domain is bound"):
        segment(shell, "x", "profile.LastName == 'Smith'")
    with pytest.raises(UsageError, match="No domain is bound"):
        shell.run_line_magic("cp_segments", "")
    assert segment(shell, "x --dry-run", "profile.LastName == 'Smith'").name == "x"
    shell.extension_manager.unload_extension("cpnb")
    assert "cp_segment" not in shell.magics_manager.magics["cell"]
    assert "cp_segments" not in shell.magics_manager.magics["line"]
    shell.history_manager.end_session()
