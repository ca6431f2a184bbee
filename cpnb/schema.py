"""A field map as an ordinary pandera schema, which analysts may print, extend and pass back.

pandera runs the checks; what they found is read from masks that the rules keep, because pandera's own
failure cases hold the data and grow with it.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cpnb import frames
from cpnb.content import Mask, Problem, Provenance, Rule, Severity, TextColumn, country_beside, rules_for
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.fields import Field, FieldMap
from cpnb.rendering import Rendered, render
from cpnb.text_dtype import TEXT_DTYPE


@contextmanager
def _unchanged_environment() -> Iterator[None]:
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


# pandera sets PYARROW_IGNORE_TIMEZONE, after which Arrow shifts points in time without a word, in the
# analyst's own code as well.
with _unchanged_environment():
    import pandera.pandas as pandera
    from pandera.errors import (
        BackendNotFoundError,
        ParserError,
        SchemaDefinitionError,
        SchemaError,
        SchemaErrorReason,
        SchemaErrors,
        SchemaInitError,
    )

__all__ = ["Examination", "OwnFailure", "as_run", "checked_schema", "own_failures", "schema_for"]

PREFIX = "cpnb."
"""The names of our checks begin with it, so that they are told from an analyst's own."""


@dataclass(frozen=True, slots=True)
class Examination:
    """The verdicts of all rules on one rendered slice, each rule asked once.

    Parameters
    ----------
    fields : FieldMap
        What the columns are.
    rendered : Rendered
        What will be sent of the slice.
    table_rows : int
        Rows of the whole table, as far as it is known; see `TextColumn`.
    """

    fields: FieldMap
    rendered: Rendered = field(repr=False)
    table_rows: int = 0
    _masks: dict[tuple[str, int], tuple[Mask, ...]] = field(default_factory=dict, repr=False)
    _columns: dict[str, TextColumn] = field(default_factory=dict, repr=False)
    _rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False)

    def rules(self, one: Field) -> tuple[Rule, ...]:
        """Return the rules for one field; made once, as each of a hundred checks asks for them."""
        if one.column not in self._rules:
            self._rules[one.column] = rules_for(one, self.fields)
        return self._rules[one.column]

    def masks(self, one: Field, rule_number: int, rule: Rule) -> tuple[Mask, ...]:
        """Return the masks of one rule of one field, in the order of its problems."""
        key = (one.column, rule_number)
        if key not in self._masks:
            self._masks[key] = rule.failing(self.column(one))
        return self._masks[key]

    def column(self, one: Field) -> TextColumn:
        """Return the column of one field as its rules, which are asked one after the other, see it."""
        if one.column not in self._columns:
            self._columns.clear()  # what was found out about its bytes takes some times the memory of the text
            regions = self.rendered.regions[one.region_column] if one.region_column else None
            country = country_beside(one, self.fields)
            countries = self.rendered.text(country.source) if country is not None else None
            text = self.rendered.text(one.source)
            self._columns[one.column] = TextColumn(text, regions, self.table_rows, countries)
        return self._columns[one.column]

    def verdicts(self, one: Field) -> Iterator[tuple[Problem, Mask]]:
        """Yield every problem that a rule looks for in one field, and the rows that have it."""
        for number, rule in enumerate(self.rules(one)):
            yield from zip(rule.problems, self.masks(one, number, rule), strict=True)


# Set while `own_failures` runs a schema: our checks then answer from the masks of that slice.
_CURRENT: ContextVar[Examination | None] = ContextVar("current_examination", default=None)


@dataclass(frozen=True, slots=True)
class _RuleCheck:
    """One problem of one rule as a check function: a whole column in, one bool out."""

    one: Field
    fields: FieldMap
    rule_number: int
    problem_number: int

    def __call__(self, data: pd.Series | pd.DataFrame) -> bool:
        examination = _CURRENT.get()
        if examination is not None:
            rule = examination.rules(self.one)[self.rule_number]
            # The masks are kept and reported from there. pandera would spend more time on writing down that there
            # are some than the rule on finding them, or print a Python warning.
            examination.masks(self.one, self.rule_number, rule)
            return True
        rule = rules_for(self.one, self.fields)[self.rule_number]
        country = country_beside(self.one, self.fields)
        needed = [self.one] if country is None else [self.one, country]
        alone = FieldMap(needed, region=self.fields.region)
        table = data if isinstance(data, pd.DataFrame) else data.to_frame(self.one.column)
        return not any(
            Examination(alone, render(rows, alone), len(table))
            .masks(self.one, self.rule_number, rule)[self.problem_number]
            .any()
            for _, rows in frames.slices(table, alone.needed_columns)
        )


@dataclass(frozen=True, slots=True)
class _RuleChecks:
    """Several of our checks as one: pandera would take longer to ask for a hundred verdicts than many rules need."""

    checks: tuple[_RuleCheck, ...]

    def __call__(self, data: pd.Series | pd.DataFrame) -> bool:
        verdicts = [check(data) for check in self.checks]  # each of them, whatever the others say
        return all(verdicts)


def schema_for(fields: FieldMap) -> pandera.DataFrameSchema:
    """Return the schema that `validate` runs: one column for each field, one check for each problem.

    The columns have the analyst's own names and any type: the checks judge the text that would be
    sent. Extend it with pandera's own methods (``add_columns``, ``update_column``) and pass it back as
    ``validate(data, fields, schema=...)``; added checks then see rendered text, at most 65,536 rows at a time.

    Notes
    -----
    That keys do not repeat is a statement about the whole table and not part of the schema;
    `validate` sees to it.
    """
    columns: dict[str, pandera.Column] = {}
    across: list[pandera.Check] = []
    for one in fields:
        checks = list(_checks(one, fields))
        # A check of a column does not see the regions or countries beside it; a check of the table does.
        is_across = one.region_column is not None or country_beside(one, fields) is not None
        across += checks if is_across else []
        columns[one.column] = pandera.Column(
            checks=[] if is_across else checks,
            nullable=True,
            title=one.name,
            description=one.content_type.value,
        )
    return pandera.DataFrameSchema(columns, checks=across, name="cpnb")


def _checks(one: Field, fields: FieldMap) -> Iterator[pandera.Check]:
    for rule_number, rule in enumerate(rules_for(one, fields)):
        for problem_number, problem in enumerate(rule.problems):
            yield pandera.Check(
                _RuleCheck(one, fields, rule_number, problem_number),
                name=PREFIX + problem.code,
                error=problem.sentence,
                description=problem.hint,
                ignore_na=False,  # an empty key is a missing value, and masks count all rows
                raise_warning=problem.severity is Severity.WARNING,
            )


def checked_schema(schema: object, fields: FieldMap) -> pandera.DataFrameSchema:
    """Return an analyst's schema if it can be run slice by slice over what `fields` sends.

    Raises
    ------
    FieldsError
        If it is no DataFrameSchema, names columns that are not mapped, or asks for something that
        no single slice can tell, such as uniqueness.
    """
    if not isinstance(schema, pandera.DataFrameSchema):
        raise FieldsError(
            f"Expected a pandera DataFrameSchema, got an object of type {type(schema).__name__}. Begin with "
            "cpnb.schema_for(fields) and extend it; of a DataFrameModel pass its .to_schema()."
        )
    names = [str(name) for name, column in schema.columns.items() if column.required and not column.regex]
    unmapped = [name for name in names if name not in fields.columns]
    if unmapped:
        raise FieldsError(
            f"The schema has columns that are not mapped: {listed(unmapped)}."
            f"{did_you_mean(unmapped[0], fields.columns)} Only mapped columns are sent, and only they are checked."
        )
    unique = [str(name) for name, column in schema.columns.items() if column.unique]
    if unique or schema.unique or schema.index is not None:
        raise FieldsError(
            f"The schema asks for unique values or checks the index{': ' + listed(unique) if unique else ''}. It is "
            "run on thousands of rows at a time, which cannot tell. Leave that out; repeated unique keys are found "
            "anyway."
        )
    return as_run(schema)


def as_run(schema: pandera.DataFrameSchema) -> pandera.DataFrameSchema:
    """Return a schema as `own_failures` runs it on many slices: the same verdicts, with less work around them.

    Our checks of a column become one. Of each other check pandera writes down one failing cell, and not
    millions.
    """
    lean = copy.copy(schema)
    lean.checks = _as_run(schema.checks)
    columns = {name: copy.copy(column) for name, column in schema.columns.items()}
    for column in columns.values():
        column.checks = _as_run(column.checks)
    lean.columns = columns  # pandera 0.27 hands out a copy of what it holds
    return lean


def _as_run(checks: Sequence[pandera.Check]) -> list[pandera.Check]:
    ours = [check for check in checks if isinstance(check._check_fn, _RuleCheck)]  # noqa: SLF001 - it has no other name
    others = [copy.copy(check) for check in checks if not any(check is one for one in ours)]
    for check in others:
        check.n_failure_cases = 1  # which rows fail is read from what the check itself returns
    if not ours:
        return others
    together = _RuleChecks(tuple(check._check_fn for check in ours))  # noqa: SLF001 - as above
    return [pandera.Check(together, name=f"{PREFIX}rules", ignore_na=False), *others]


@dataclass(frozen=True, slots=True)
class OwnFailure:
    """Where a check that an analyst added failed.

    Attributes
    ----------
    column : str
        Its column; empty for a check of the whole table.
    problem : Problem
        Named after the check.
    mask : array of bool
        The rows it named; none if it judged the slice as a whole.
    """

    column: str
    problem: Problem
    mask: Mask = field(repr=False)


def own_failures(schema: pandera.DataFrameSchema, examination: Examination) -> list[OwnFailure]:
    """Run a schema over one slice and return what failed besides our own checks.

    pandera's exceptions hold cell values and the frame itself: they are read here and go no further.

    Raises
    ------
    FieldsError
        If pandera cannot run the schema at all.
    """
    table = _as_frame(examination)
    token = _CURRENT.set(examination)
    failures: list[OwnFailure] = []
    unusable = ""
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        failures = [_failure(error, len(table)) for error in errors.schema_errors if not _is_ours(error)]
    except SchemaError as error:
        failures = [] if _is_ours(error) else [_failure(error, len(table))]
    except (SchemaDefinitionError, SchemaInitError, BackendNotFoundError, ParserError) as error:
        unusable = type(error).__name__
    finally:
        _CURRENT.reset(token)
    if unusable:  # raised out here, where pandera's exception is not the context of ours
        raise FieldsError(f"pandera cannot run this schema ({unusable}). Check the columns and checks that were added.")
    return failures


def _as_frame(examination: Examination) -> pd.DataFrame:
    """Return the rendered slice under the analyst's own column names, with plain row numbers."""
    named = examination.rendered.table.rename_columns(list(examination.fields.columns))
    # With pd.NA for a missing cell, pandera's own evaluation would raise.
    text: pd.DataFrame = named.to_pandas(types_mapper=lambda _: TEXT_DTYPE)
    return text


def _is_ours(error: SchemaError) -> bool:
    return str(getattr(error.check, "name", "")).startswith(PREFIX)


def _failure(error: SchemaError, row_count: int) -> OwnFailure:
    check = getattr(error.check, "name", None) or str(error.check)
    column = str(error.schema.name) if isinstance(error.schema, pandera.Column) else ""
    could_not_run = error.reason_code is SchemaErrorReason.CHECK_ERROR
    problem = Problem(
        "check_error" if could_not_run else f"check_{check}",
        Severity.ERROR,
        Provenance.ANALYST,
        f"the schema's check {check!r} raised an error"
        if could_not_run
        else f"refused by the schema's check {check!r}",
        "Run the check on its own to see why." if could_not_run else "See the schema that was passed to validate.",
    )
    mask = np.zeros(row_count, dtype=bool)
    output, cases = error.check_output, error.failure_cases
    if isinstance(output, pd.Series):  # exact, even where pandera shortens the list of cases
        passed = output.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        mask[output.index[~passed]] = True
    elif isinstance(cases, pd.DataFrame) and "index" in cases.columns and cases["index"].notna().all():
        mask[cases["index"].to_numpy(dtype=np.int64)] = True
    return OwnFailure(column, problem, mask)
