"""The segment builder without a browser: what is clicked and typed, and what comes out."""

from __future__ import annotations

import json
import threading

import ipywidgets
import pandas as pd
import pytest

from cpnb import Field, FieldMap, SegmentBuilder, SegmentDefinition, calculated, in_segment, profile
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError, FrameError
from cpnb.expressions import Condition, Expression
from tests.widgets.hands import Hands

CITY = profile.Address.City.isin(["Seattle", "Boston"])
NAME = profile.LastName.startswith("S")


@pytest.fixture
def people():
    return pd.DataFrame(
        {
            "city": ["Seattle", "Seattle", "Boston", "<b>Rome</b>", None],
            "tier": ["gold", "silver", "gold", "gold", ""],
            "id": list("abcde"),
        }
    )


@pytest.fixture
def fields():
    return FieldMap(
        (
            Field("city", "Address.City"),
            Field("tier", "Attributes.tier"),
            Field("id", "AccountNumber"),
        ),
        unique_key="id",
    )


def test_a_new_builder_says_what_is_missing():
    builder = SegmentBuilder()
    assert builder.value is None
    assert "Group 1, condition 1: Choose an attribute." in Hands(builder).text("cpnb-sentence")
    assert repr(builder) == "<SegmentBuilder: not complete>"
    assert "Choose an attribute." in builder.as_html()


def test_a_segment_is_built_by_hand():
    builder = SegmentBuilder()
    hands = Hands(builder)
    hands.type("Attribute", "city")
    assert hands.choices("Comparison") == ["INCLUSIVE", "EXCLUSIVE", "CONTAINS", "BEGINS_WITH", "ENDS_WITH"]
    hands.type("Value", "Seattle")
    hands.type("Value", "Boston")
    assert builder.value == CITY
    assert hands.find("Value").value == ""
    assert hands.chips() == ["Seattle", "Boston"]
    hands.click("Add condition")
    assert builder.value is None
    hands.type("Attribute", "LastName", 1)
    hands.choose("Comparison", "BEGINS_WITH", 1)
    hands.type("Value", "S", 1)
    assert builder.value == CITY & NAME
    hands.choose("How many conditions have to hold", "ANY")
    assert builder.value == CITY | NAME
    hands.click("Add group")
    hands.type("Attribute", "BirthDate", 2)
    hands.type("Value", "2000-01-01", 2)
    assert builder.value == (CITY | NAME) & profile.BirthDate.before("2000-01-01")
    hands.choose("How many groups have to hold", "NONE")
    assert builder.value == ~(CITY | NAME | profile.BirthDate.before("2000-01-01"))
    hands.click("Boston")
    assert hands.chips() == ["Seattle", "S"]
    hands.click("Remove group", 1)
    hands.choose("How many groups have to hold", "ALL")
    assert builder.value == profile.Address.City.isin(["Seattle"]) | NAME
    said = "Profiles where Address.City is &#x27;Seattle&#x27; or LastName starts with &#x27;S&#x27;."
    assert hands.text("cpnb-sentence") == f'<div role="status"><p>{said}</p></div>'


def test_rows_and_groups_are_doubled_moved_and_removed():
    builder = SegmentBuilder(CITY & NAME)
    hands = Hands(builder)
    for place in (0, 1):
        hands.click("More for this condition", place)
    hands.click("Move condition up", 1)
    assert builder.value == NAME & CITY
    hands.click("Move condition down", 0)
    assert builder.value == CITY & NAME
    hands.click("Duplicate condition", 1)
    hands.type("Value", "T", 2)
    assert builder.value == CITY & NAME & profile.LastName.startswith("S", "T")
    hands.click("Remove condition", 0)
    assert builder.value == NAME & profile.LastName.startswith("S", "T")
    hands.click("More for this group")
    hands.click("Duplicate group")
    hands.choose("How many conditions have to hold", "NONE", 1)
    hands.click("Remove condition", 3)
    assert builder.value is None  # it contradicts itself
    assert "contradicts itself" in hands.text("cpnb-sentence")
    hands.click("Move group down", 0)
    hands.click("More for this group", 1)
    assert not hands.all("Move group down")
    assert [group.quantifier for group in builder.draft.groups] == ["NONE", "ALL"]
    hands.click("Remove group", 1)
    assert builder.value == ~NAME
    hands.click("Remove condition")
    assert "an empty one would match everybody" in hands.text("cpnb-sentence")
    hands.click("Remove group")
    assert "a segment without one would match everybody" in hands.text("cpnb-sentence")


VALUES = [
    CITY,
    CITY & ~NAME,
    (CITY & NAME) | (profile.Attributes["n"].between(1, 5) & (calculated["_calls"].over(30, 7) >= 3)),
    profile.BirthDate.between("1990-01-01", "1999-12-31T12:00") & in_segment("vip") & ~in_segment("gone"),
    profile.Attributes["n"].isin(["<script>alert(1)</script>", "a & b"]),
    profile.Address.City.isin([f"city {n}" for n in range(10_000)]),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_set_from_code_is_drawn_and_comes_out_again(value):
    builder = SegmentBuilder()
    told = []
    builder.observe(lambda change: told.append(change["new"]), "value")
    builder.value = value
    assert builder.value is value
    assert told == [value]
    assert builder.draft.expression() == value
    # An edit that is taken back leaves the same condition.
    hands = Hands(builder)
    hands.click("More for this condition")
    hands.click("Duplicate condition")
    hands.click("Remove condition")
    assert builder.value.to_api() == value.to_api()


def test_values_of_all_kinds_are_entered():
    builder = SegmentBuilder(profile.Attributes["n"] == 5)
    hands = Hands(builder)
    assert len(hands.choices("Comparison")) == len(set(hands.choices("Comparison"))) >= 15
    hands.type("Value", "12.50")
    assert builder.value == (profile.Attributes["n"] == 12.5)
    hands.type("Value", "twelve")
    assert "compared with a number here, such as 12" in hands.text("cpnb-message")
    assert builder.value == (profile.Attributes["n"] == 12.5)
    hands.choose("Comparison", "BETWEEN")
    assert hands.text("cpnb-message") == ""
    assert "both ends" in hands.text("cpnb-sentence")
    hands.type("From", "1")
    hands.type("To", "9")
    assert builder.value == profile.Attributes["n"].between(1, 9)
    hands.type("From", "10")
    assert builder.value is None
    assert "must not lie after" in hands.text("cpnb-sentence")
    hands.choose("Comparison", "ON")
    hands.pick("Value: day", "2024-10-01")
    assert builder.value == profile.Attributes["n"].on("2024-10-01")
    assert hands.find("Value").value == ""
    hands.find("Value: day").value = None
    assert builder.value is None
    hands.type("Value", "2024-10-02")
    assert str(hands.find("Value: day").value) == "2024-10-02"
    hands.type("Value", "2024-10-01T12:00")
    assert builder.value == profile.Attributes["n"].on("2024-10-01T12:00")
    assert hands.find("Value: day").value is None
    hands.type("Attribute", "ProfileType")
    assert hands.find("Value").options == ("ACCOUNT_PROFILE", "PROFILE")
    hands.type("Value", "PERSON")
    assert "the service knows no other value" in hands.text("cpnb-message")
    hands.type("Value", "PROFILE")
    assert builder.value == (profile.ProfileType == "PROFILE")


def test_a_calculated_attribute_has_days_of_its_own():
    builder = SegmentBuilder()
    hands = Hands(builder)
    hands.type("Attribute", "calculated: _calls")
    hands.choose("Comparison", "GREATER_THAN")
    hands.type("Value", "3")
    assert builder.value == (calculated["_calls"] > 3)
    hands.type("Over days to", "7")
    assert "Give the first day as well" in hands.text("cpnb-message")
    hands.type("Over days from", "30")
    assert builder.value == (calculated["_calls"].over(30, 7) > 3)
    hands.type("Over days to", "soon")
    assert "Days are whole numbers" in hands.text("cpnb-message")
    hands.type("Over days to", "")
    assert builder.value == (calculated["_calls"].over(30) > 3)


def test_an_attribute_that_does_not_exist_is_refused_with_the_nearest():
    builder = SegmentBuilder()
    hands = Hands(builder)
    hands.type("Attribute", "LastNam")
    assert "Did you mean" in hands.text("cpnb-message")
    hands.type("Attribute", "PartyType")
    assert "Segments cannot filter on" in hands.text("cpnb-message")


def test_attributes_are_offered_by_kind(people, fields):
    builder = SegmentBuilder(data=people, fields=fields)
    hands = Hands(builder)
    kinds = hands.choices("Kind of attribute")
    assert kinds[:4] == ["All attributes", "Person", "Phone and e-mail", "Account"]
    assert kinds[-2:] == ["Custom attributes", "Calculated attributes"]
    hands.choose("Kind of attribute", "Custom attributes")
    assert hands.find("Attribute").options == ("Attributes.tier",)
    hands.choose("Kind of attribute", "Shipping address")
    assert "ShippingAddress.City" in hands.find("Attribute").options
    assert len(hands.find("Attribute").options) == 6


def test_many_values_are_edited_as_a_list():
    builder = SegmentBuilder(profile.Address.City.isin([f"city {n}" for n in range(10_000)]))
    hands = Hands(builder)
    assert len(hands.chips()) == 12
    assert "and 9,988 more values" in hands.text("cpnb-more-values")
    hands.click("Edit all as a list")
    assert hands.chips() == []
    assert hands.all("Edit all as a list") == []
    hands.type("Values, one in each line", "Rome\nParis, Texas\n\nRome\n")
    assert builder.value == profile.Address.City.isin(["Rome", "Paris, Texas"])
    hands.click("Close the list")
    assert hands.chips() == ["Rome", "Paris, Texas"]
    assert hands.all("Close the list") == []
    # A list can be made of few values as well.
    hands.click("More for this condition")
    hands.click("Edit values as a list")
    hands.type("Values, one in each line", "Rome\nOslo")
    hands.click("Edit values as a list")
    assert hands.chips() == ["Rome", "Oslo"]


def test_ten_thousand_values_show_no_more_than_a_few():
    def sent(count):
        hands = Hands(SegmentBuilder(profile.Address.City.isin([f"city {n}" for n in range(count)])))
        return hands.count(), len(hands.state())

    (few, few_signs), (many, many_signs) = sent(13), sent(10_000)
    assert many == few
    assert many_signs - few_signs < 100


def test_a_chip_stays_while_others_come_and_go():
    builder = SegmentBuilder(profile.Address.City.isin(["Rome", "Oslo", "Bern"]))
    hands = Hands(builder)
    [rome] = [one for one in hands.all("Rome") if "cpnb-chip" in one._dom_classes]
    hands.type("Value", "Riga")
    hands.click("Oslo")
    assert hands.chips() == ["Rome", "Bern", "Riga"]
    assert rome in hands.all("Rome")
    assert rome.comm is not None
    rome.click()
    assert builder.value == profile.Address.City.isin(["Bern", "Riga"])
    assert rome.comm is None


def test_more_numbers_than_fields_have_no_list():
    many = Expression.from_api(
        {"Groups": [{"Dimensions": [{"ProfileAttributes": {"Attributes": {"n": {
            "DimensionType": "EQUAL", "Values": [str(n) for n in range(20)]}}}}]}]}
    )  # fmt: skip
    hands = Hands(SegmentBuilder(many))
    assert "and 8 more values" in hands.text("cpnb-more-values")
    assert "cpnb-gone" in hands.find("Edit all as a list")._dom_classes


def test_other_segments_stand_beside_the_conditions():
    builder = SegmentBuilder(CITY)
    hands = Hands(builder)
    hands.click("Build on another segment")
    hands.type("Name of another segment", "v i p")
    assert "No segment can have the name" in hands.text("cpnb-message")
    hands.type("Name of another segment", "vip")
    hands.type("Name of another segment", "gold")
    assert builder.value == CITY & in_segment("vip") & in_segment("gold")
    hands.choose("In how many of these segments", "NONE")
    hands.type("Value", "Rome")
    assert builder.value == profile.Address.City.isin(["Seattle", "Boston", "Rome"]) & ~(
        in_segment("vip") | in_segment("gold")
    )
    hands.click("vip")
    hands.click("gold")
    assert builder.value == profile.Address.City.isin(["Seattle", "Boston", "Rome"])


def test_rows_of_a_table_are_counted_at_every_change(people, fields):
    builder = SegmentBuilder(CITY, data=people, fields=fields)
    hands = Hands(builder)
    assert builder.wait(10)
    assert "3 of 5 rows match" in hands.text("cpnb-count")
    hands.type("Value", "<b>Rome</b>")
    assert builder.wait(10)
    assert "4 of 5 rows match" in hands.text("cpnb-count")
    assert "<b>Rome" not in hands.text("cpnb-count") + hands.text("cpnb-sentence")
    hands.click("Add condition")
    assert hands.text("cpnb-count") == ""
    hands.click("Remove condition", 1)
    hands.click("Build on another segment")
    hands.type("Name of another segment", "vip")
    assert builder.wait(10)
    assert "a table does not know" in hands.text("cpnb-count")


def test_a_table_that_lost_a_column_is_said_to_have(people, fields):
    builder = SegmentBuilder(CITY, data=people, fields=fields)
    assert builder.wait(10)
    del people["city"]
    Hands(builder).type("Value", "Rome")
    assert builder.wait(10)
    assert "The table cannot be counted." in Hands(builder).text("cpnb-count")


def test_values_of_the_table_are_shown_only_when_asked_for(people, fields):
    people = pd.concat([people, pd.DataFrame({"city": [f"town {n}" for n in range(10_000)], "id": "x"})])
    builder = SegmentBuilder(CITY, data=people, fields=fields)
    hands = Hands(builder)
    assert builder.wait(10)
    assert "town" not in hands.state()
    assert "Rome" not in hands.state()
    hands.click("Show values to choose from")
    assert hands.until(lambda: "10,003 different values in the table" in hands.text("cpnb-message"))
    offered = hands.find("Value").options
    assert offered[:3] == ("Seattle", "<b>Rome</b>", "Boston")
    assert len(offered) == 200
    assert "the most frequent 200 are offered" in hands.text("cpnb-message")
    hands.type("Value", "<b>Rome</b>")
    assert builder.value == profile.Address.City.isin(["Seattle", "Boston", "<b>Rome</b>"])
    hands.type("Attribute", "LastName")
    hands.click("Show values to choose from")
    assert hands.until(lambda: "No column of the table is mapped to LastName." in hands.text("cpnb-message"))


def test_values_of_the_domain_are_offered(domain):
    for city in ("Seattle", "Rome"):
        domain.client.create_profile(DomainName=domain.name, Address={"City": city})
    builder = SegmentBuilder(CITY, domain=domain)
    hands = Hands(builder)
    hands.click("Show values to choose from")
    assert hands.until(lambda: "2 different values in domain" in hands.text("cpnb-message"))
    assert set(hands.find("Value").options) == {"Rome", "Seattle"}


def test_a_segment_is_estimated_and_created(domain):
    for city in ("Seattle", "Boston", "Rome"):
        domain.client.create_profile(DomainName=domain.name, Address={"City": city})
    builder = SegmentBuilder(CITY, domain=domain)
    hands = Hands(builder)
    assert "Name the segment" in hands.text("cpnb-created")
    assert hands.find("Create segment").disabled
    hands.click("Estimate")
    assert builder.wait(30)
    assert f"The service estimates 2 profiles of domain {domain.name}." in hands.text("cpnb-estimated")
    hands.type("Name of the segment", "in the west")
    assert "letters, digits, &#x27;_&#x27; or &#x27;-&#x27;, without spaces" in hands.text("cpnb-created")
    assert hands.find("Create segment").disabled
    hands.type("Name of the segment", "in-the-west")
    hands.type("Display name", "In the <west>")
    assert hands.text("cpnb-created") == ""
    hands.click("Create segment")
    assert builder.wait(30)
    assert f"Segment in-the-west was created in domain {domain.name}." in hands.text("cpnb-created")
    assert SegmentDefinition.get(domain, "in-the-west") == builder.definition
    assert builder.definition.display_name == "In the <west>"
    # A second click on the same button, as in a double click, is no wish for another one.
    assert hands.find("Create segment").disabled
    hands.click("Create segment")
    assert builder.wait(30)
    assert f"Segment in-the-west was created in domain {domain.name}." in hands.text("cpnb-created")
    hands.type("Value", "Seattle")
    hands.type("Description", "again")
    hands.click("Create segment")
    assert builder.wait(30)
    assert "already has a segment" in hands.text("cpnb-created")
    hands.type("Value", "Rome")
    assert hands.text("cpnb-estimated") == ""


def test_an_estimate_of_nobody_says_what_to_look_at(domain):
    builder = SegmentBuilder(CITY, domain=domain, name="nobody")
    hands = Hands(builder)
    hands.click("Estimate")
    assert builder.wait(30)
    assert "The service estimates 0 profiles" in hands.text("cpnb-estimated")
    assert "letter case and spaces included" in hands.text("cpnb-estimated")


def test_what_is_not_complete_can_be_neither_estimated_nor_created(domain):
    builder = SegmentBuilder(domain=domain, name="x")
    hands = Hands(builder)
    assert hands.find("Estimate").disabled
    assert hands.find("Create segment").disabled
    assert "Complete the conditions" in hands.text("cpnb-created")
    with pytest.raises(ExpressionError, match="Choose an attribute"):
        _ = builder.definition


def test_a_domain_that_is_gone_is_said_in_a_sentence(domain):
    domain.client.delete_domain(DomainName=domain.name)
    builder = SegmentBuilder(CITY, domain=domain, name="x")
    hands = Hands(builder)
    hands.click("Estimate")
    hands.click("Create segment")
    hands.click("Show values to choose from")
    assert builder.wait(30)
    assert hands.until(lambda: domain.name in hands.text("cpnb-estimated"))
    assert hands.until(lambda: domain.name in hands.text("cpnb-created"))
    assert hands.until(lambda: domain.name in hands.text("cpnb-message"))
    assert not hands.find("Create segment").disabled


def test_what_became_of_the_segment_stays_said_when_an_estimate_ends_after_it(domain):
    builder = SegmentBuilder(CITY, domain=domain, name="x")
    hands = Hands(builder)
    hands.click("Create segment")
    assert hands.until(lambda: "was created" in hands.text("cpnb-created"), 30)
    said = hands.text("cpnb-created")
    hands.click("Estimate")
    assert hands.until(lambda: "Asking" not in hands.text("cpnb-estimated") != "", 30)
    assert hands.text("cpnb-created") == said


def test_the_code_on_the_screen_makes_the_same_condition():
    builder = SegmentBuilder(CITY)
    hands = Hands(builder)
    hands.click("Show code")
    hands.type("Value", "Rome")
    made = {}
    exec(hands.find("Python code of this segment").value, made)  # noqa: S102  # that it runs is what is tested
    assert made["condition"] == builder.value
    assert json.loads(hands.find("JSON of this segment").value) == builder.value.to_api()
    hands.click("Add condition")
    assert hands.find("Python code of this segment").value == "# The segment is not complete yet."
    hands.click("Hide code")
    assert not hands.all("Python code of this segment")


def test_what_does_not_fit_is_refused_and_nothing_changes():
    builder = SegmentBuilder(CITY)
    with pytest.raises(ExpressionError, match="two levels"):
        builder.value = (NAME & ~profile.FirstName.contains("x")) | (
            profile.LastName.contains("y") & ~profile.FirstName.contains("z")
        )
    with pytest.raises(ExpressionError, match="is a condition or None"):
        builder.value = "Seattle"
    assert builder.value == CITY
    assert Hands(builder).chips() == ["Seattle", "Boston"]
    builder.value = None
    assert "Choose an attribute" in Hands(builder).text("cpnb-sentence")


def test_a_builder_wants_what_belongs_together(people, fields):
    with pytest.raises(ExpressionError, match="belong together"):
        SegmentBuilder(data=people)
    with pytest.raises(FrameError):
        SegmentBuilder(data=people.drop(columns="tier"), fields=fields)
    with pytest.raises(TypeError, match="said in full"):
        SegmentBuilder(domain="loyalty")
    with pytest.raises(ExpressionError, match="has no domain"):
        _ = SegmentBuilder(CITY).definition


def many_groups(count, conditions):
    whole = None
    for at in range(count):
        group = profile.Attributes[f"a{at % 6}"].contains("x0")
        for number in range(1, conditions):
            group = group | profile.Attributes[f"a{at % 6}"].contains(f"x{number} {at}")
        whole = group if whole is None else whole & group
    return whole


def test_many_groups_are_closed_until_somebody_opens_them():
    builder = SegmentBuilder(many_groups(20, 10))
    hands = Hands(builder)
    assert len(builder.draft.groups) == 20
    assert len(hands.all("Attribute")) == 10
    hands.click("Show group 7: 10 conditions")
    assert len(hands.all("Attribute")) == 20
    hands.type("Value", "more", 10)
    assert builder.draft.groups[6].conditions[0].values == ("x0", "more")
    hands.click("Hide group 7: 10 conditions")
    assert len(hands.all("Attribute")) == 10
    few = SegmentBuilder(many_groups(5, 10))
    assert len(Hands(few).all("Attribute")) == 50


def test_what_is_gone_is_closed():
    builder = SegmentBuilder(CITY)
    hands = Hands(builder)
    hands.click("More for this condition")
    hands.click("Duplicate condition")  # once, so that all that is made once for all is made
    hands.click("Remove condition")
    builder.value = profile.BirthDate.before("1990-01-01")
    builder.value = CITY
    before = len(ipywidgets.widgets.widget._instances)
    for value in (CITY & NAME, profile.BirthDate.before("2000-01-01"), many_groups(8, 8), CITY):
        builder.value = value
    hands.click("Add group")
    hands.click("Remove group", 1)
    hands.click("More for this condition")
    hands.click("Duplicate condition")
    hands.click("Remove condition")
    assert len(ipywidgets.widgets.widget._instances) == before


def test_callbacks_of_several_threads_take_turns():
    builder = SegmentBuilder(CITY)
    hands = Hands(builder)
    threads = [threading.Thread(target=hands.click, args=("Add condition",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builder.draft.condition_count == 21
    assert len(hands.all("Attribute")) == 21


def test_without_a_front_end_it_is_text_and_html(monkeypatch):
    builder = SegmentBuilder(profile.LastName.isin(["<b>"]))
    monkeypatch.setenv("CPNB_WIDGETS", "off")
    bundle = builder._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "<SegmentBuilder: LastName is '<b>'>"
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "<b>'" not in bundle["text/html"]


def test_a_value_that_an_observer_sets_is_drawn():
    builder = SegmentBuilder(NAME)
    hands = Hands(builder)
    other = profile.FirstName == "Y"
    builder.observe(lambda change: builder.set_trait("value", other) if change["new"] is not other else None, "value")
    hands.type("Value", "zzz")
    assert builder.value is other
    assert builder.draft.expression() == other
    assert hands.find("Attribute").value == "FirstName"
    assert "FirstName is &#x27;Y&#x27;" in hands.text("cpnb-sentence")


def test_an_observer_that_raises_leaves_the_screen_as_the_value_is():
    builder = SegmentBuilder(profile.LastName == "x")
    hands = Hands(builder)

    def fail(change):
        raise ZeroDivisionError

    builder.observe(fail, "value")
    with pytest.raises(ZeroDivisionError):
        hands.type("Value", "y")
    assert str(builder.value) == "LastName is one of 'x', 'y'"
    assert "LastName is one of &#x27;x&#x27;, &#x27;y&#x27;" in hands.text("cpnb-sentence")


def test_an_emptied_attribute_is_shown_again():
    builder = SegmentBuilder(profile.LastName == "x")
    hands = Hands(builder)
    hands.type("Attribute", " ")
    assert hands.find("Attribute").value == "LastName"
    assert builder.value == (profile.LastName == "x")


def test_a_list_keeps_values_of_several_lines_and_odd_signs():
    torn, odd = ["a\nb", "c\rd"], ["f\u2028g", "h\x0bi", "j\x85k", "l"]
    builder = SegmentBuilder(profile.LastName.isin([*torn, *odd]))
    hands = Hands(builder)
    hands.click("More for this condition")
    hands.click("Edit values as a list")
    area = hands.find("Values, one in each line")
    assert area.value.split("\n") == odd
    assert "2 values of several lines kept" in hands.text("cpnb-more-values")
    area.value += "\nnew"
    assert builder.value == profile.LastName.isin([*torn, *odd, "new"])


@pytest.mark.parametrize(
    ("held", "day", "text"),
    [
        ("2024-10-01T00:00:00Z", "2024-10-01", ""),
        ("2024-10-01", "2024-10-01", ""),
        ("2024-10-01T00:00:00+02:00", None, "2024-10-01T00:00:00+02:00"),
        ("2024-10-01T00:00:00.500Z", None, "2024-10-01T00:00:00.500Z"),
    ],
)
def test_a_day_is_shown_only_where_a_value_is_its_midnight(held, day, text):
    hands = Hands(SegmentBuilder(Condition(Dimension("BirthDate", "DateDimension", "ON", (held,)))))
    shown = hands.find("Value: day").value
    assert (shown and shown.isoformat(), hands.find("Value").value) == (day, text)


def test_to_several_dates_another_is_added():
    dates = tuple(f"2024-10-0{day}T00:00:00Z" for day in (1, 2, 3))
    builder = SegmentBuilder(Condition(Dimension("BirthDate", "DateDimension", "ON", dates)))
    hands = Hands(builder)
    assert hands.chips() == list(dates)
    hands.pick("Value: day", "2024-10-09")
    assert hands.chips() == [*dates, "2024-10-09T00:00:00Z"]
    for chip in hands.chips()[1:]:
        hands.click(chip)
    assert builder.value.dimension.values == dates[:1]
    hands.pick("Value: day", "2024-12-24")
    assert builder.value.dimension.values == ("2024-12-24T00:00:00Z",)


def test_what_the_service_holds_is_shown_and_what_it_would_refuse_is_not_made(domain):
    held = Condition(Dimension("Attributes.n", "AttributeDimension", "BETWEEN", ("5", "1")))
    SegmentDefinition("odd", held).create(domain)
    builder = SegmentBuilder(SegmentDefinition.get(domain, "odd").expression, domain=domain, name="next")
    hands = Hands(builder)
    assert builder.value == held
    assert (hands.find("From").value, hands.find("To").value) == ("5", "1")
    hands.type("To", "2")
    assert builder.value is None
    assert "must not lie after the second" in hands.text("cpnb-sentence")
    hands.type("To", "9" * 300)
    assert "a value has 300 characters; expected at most 255" in hands.text("cpnb-sentence")
    assert hands.find("Create segment").disabled


def test_a_click_on_what_is_gone_does_nothing():
    builder = SegmentBuilder(CITY & NAME)
    hands = Hands(builder)
    late = [hands.find("Remove group"), hands.find("Remove condition"), hands.find("Value")]
    builder.value = CITY
    for button in late[:2]:
        button._handle_custom_msg({"event": "click"}, [])
    late[2].set_trait("value", "late")
    assert builder.value == CITY


def test_a_builder_in_which_nothing_was_chosen_says_only_what_to_do():
    assert Hands(SegmentBuilder()).text("cpnb-sentence") == (
        '<div role="status"><p class="cpnb-warning">Group 1, condition 1: Choose an attribute.</p></div>'
    )


def test_a_count_of_another_condition_is_marked():
    people = pd.DataFrame({"city": ["Seattle", "Boston"], "id": ["1", "2"]})
    fields = FieldMap({"city": "Address.City", "id": "AccountNumber"}, unique_key="id")
    builder = SegmentBuilder(CITY, data=people, fields=fields)
    hands = Hands(builder)
    assert builder.wait(30)
    count = next(one for one in hands._shown() if "cpnb-count" in getattr(one, "_dom_classes", ()))
    with builder._turns.lock:  # the new count has to wait
        hands.type("Value", "Rome")
        assert "cpnb-old" in count._dom_classes
    assert builder.wait(30)
    assert "cpnb-old" not in count._dom_classes


def test_what_cannot_be_shown_leaves_nothing_behind():
    before = len(
        ipywidgets.Widget._instances
        if hasattr(ipywidgets.Widget, "_instances")
        else ipywidgets.widgets.widget._instances
    )
    with pytest.raises(ExpressionError):
        SegmentBuilder("LastName == 'x'")
    after = len(
        ipywidgets.Widget._instances
        if hasattr(ipywidgets.Widget, "_instances")
        else ipywidgets.widgets.widget._instances
    )
    assert after == before


def test_a_builder_is_begun_anew_while_something_is_missing():
    builder = SegmentBuilder(NAME)
    hands = Hands(builder)
    hands.click("Add condition")
    assert builder.value is None
    builder.clear()
    assert builder.draft == SegmentBuilder().draft
    assert len(hands.all("Attribute")) == 1


def test_values_of_one_attribute_are_not_offered_for_another():
    people = pd.DataFrame({"city": ["Seattle"], "name": ["Canary"], "id": ["1"]})
    fields = FieldMap({"city": "Address.City", "name": "LastName", "id": "AccountNumber"}, unique_key="id")
    hands = Hands(SegmentBuilder(profile.LastName == "x", data=people, fields=fields))
    hands.click("Show values to choose from")
    assert hands.until(lambda: hands.find("Value").options == ("Canary",))
    hands.type("Attribute", "FirstName")
    assert "Canary" not in hands.state()


def test_days_that_no_integer_of_the_service_holds_are_refused():
    hands = Hands(SegmentBuilder(calculated["_calls"] >= 3))
    hands.type("Over days from", str(10**39))
    assert "at most 2,147,483,647 days" in hands.text("cpnb-message")


def place(hands, css_class):
    """The place of a class."""
    return next(one for one in hands._shown() if css_class in getattr(one, "_dom_classes", ()))


def is_begun(newest):
    """Whether work that was asked for has been begun, so that it comes to its end whatever comes next."""
    return newest._next is None


def test_a_count_that_comes_late_is_not_shown_beside_another_condition():
    people = pd.DataFrame({"city": ["Seattle", "Boston", "Rome"], "id": ["1", "2", "3"]})
    fields = FieldMap({"city": "Address.City", "id": "AccountNumber"}, unique_key="id")
    builder = SegmentBuilder(profile.Address.City == "x", data=people, fields=fields)
    hands = Hands(builder)
    assert builder.wait(30)
    told = []
    place(hands, "cpnb-count").observe(lambda change: told.append(change["new"]), "value")
    with builder._turns.lock:  # the count is made, and waits to be shown
        hands.type("Value", "Rome")
        assert hands.until(lambda: is_begun(builder._counting))
        hands.type("Value", "Boston")
    assert builder.wait(30)
    assert [one.count("2 of 3 rows match") for one in told] == [1]


def test_a_builder_that_is_closed_while_it_counts_says_nothing_more():
    people = pd.DataFrame({"city": ["Seattle"], "id": ["1"]})
    fields = FieldMap({"city": "Address.City", "id": "AccountNumber"}, unique_key="id")
    builder = SegmentBuilder(CITY, data=people, fields=fields)
    hands = Hands(builder)
    assert builder.wait(30)
    with builder._turns.lock:
        hands.type("Value", "Rome")
        assert hands.until(lambda: is_begun(builder._counting))
        builder.close()
    assert builder.wait(30)
    assert builder._service.data is None
    assert str(builder.value) == "Address.City is one of 'Seattle', 'Boston', 'Rome'"


def test_300_attributes_of_a_table_are_offered():
    wide = pd.DataFrame({f"<b>c{number}": ["x"] for number in range(300)} | {"id": ["1"]})
    targets = {f"<b>c{number}": f"Attributes.c{number}" for number in range(300)}
    fields = FieldMap({"id": "AccountNumber", **targets}, unique_key="id")
    builder = SegmentBuilder(data=wide, fields=fields)
    hands = Hands(builder)
    hands.choose("Kind of attribute", "Custom attributes")
    assert len(hands.find("Attribute").options) == 300
    hands.type("Attribute", "Attributes.c299")
    hands.type("Value", "<i>x</i>")
    assert builder.wait(30)
    assert "0 of 1 row match" in hands.text("cpnb-count")
    assert "<i>x</i>" not in hands.text("cpnb-sentence") + hands.text("cpnb-count")
