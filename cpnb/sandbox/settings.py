"""What nobody outside knows about the service, each as a named setting with the documented default.

Where the documentation, the service model and public recordings leave a question open, the sandbox takes
the answer that the best source suggests and lets the user choose another. A client is right only if it
works under every combination.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from cpnb.sandbox.setting import as_declared, check, choice, from_text, number, pattern, text

API_GUIDE = "service model, botocore"
IMPORT_GUIDE = "Amazon Connect administrator guide, 'customer-segments-imported-files'"
FIELD_GUIDE = "Amazon Connect administrator guide, 'mapping-field-definitions'"
WALKTHROUGH = "AWS re:Post, 'Automate Customer Segmentation in Amazon Connect'"
NOT_DOCUMENTED = "not documented"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the sandbox; `Settings()` is the documented service.

    Each field's metadata holds what it decides (``asks``), where its default comes from (``source``) and its
    ``choices`` or ``range``; `described` returns them as plain data.
    """

    # Creating a job
    source_prefix: str = choice(
        "accept_both",
        "bare_only",
        "prefixed_only",
        asks="Is a field's Source the bare CSV header, or the header after '_source.'?",
        source=NOT_DOCUMENTED,
    )
    source_template: str = choice(
        "refuse",
        "evaluate",
        asks="May a field's Source be a template such as '{{_source.First}} {{_source.Last}}'?",
        source=NOT_DOCUMENTED + " for upload jobs (allowed for object types)",
    )
    dotted_source: str = choice(
        "refuse",
        "accept",
        asks="May a CSV header that is mapped hold a dot?",
        source=FIELD_GUIDE,
    )
    unique_key_names: str = choice(
        "field",
        "source",
        "target",
        asks="Does UniqueKey name a key of Fields, a Source or a Target?",
        source=IMPORT_GUIDE,
    )
    unique_key_separator: str = text(
        "",
        asks="What separates the parts of a UniqueKey of several columns? Empty: there are none.",
        source=NOT_DOCUMENTED,
    )
    max_mapped_fields: int = number(
        25,
        1,
        100_000,
        asks="How many fields may one job map?",
        source=IMPORT_GUIDE,
    )
    max_data_expiry_days: int = number(
        90,
        1,
        1_098,
        asks="What is the longest DataExpiry of an import?",
        source=IMPORT_GUIDE,
    )
    display_name: str = choice(
        "may_repeat",
        "unique",
        asks="May two jobs of a domain share a DisplayName?",
        source=API_GUIDE,
    )

    # States of a job
    start_without_file: str = choice(
        "fail_job",
        "refuse",
        asks="What happens on StartUploadJob before the file is there?",
        source=NOT_DOCUMENTED,
    )
    start_again: str = choice(
        "refuse",
        "ignore",
        asks="What happens on StartUploadJob when the job was started before?",
        source=NOT_DOCUMENTED,
    )
    stop_before_start: str = choice(
        "stop",
        "refuse",
        asks="What happens on StopUploadJob in CREATED?",
        source=NOT_DOCUMENTED,
    )
    stop_after_end: str = choice(
        "refuse",
        "ignore",
        asks="What happens on StopUploadJob in a final state?",
        source=NOT_DOCUMENTED,
    )
    path_after_start: str = choice(
        "refuse",
        "allow",
        asks="What happens on GetUploadJobPath after the start?",
        source=NOT_DOCUMENTED,
    )
    rotate_client_token: str = choice(
        "no", "yes", asks="Does each GetUploadJobPath of a job make a new ClientToken?", source=NOT_DOCUMENTED
    )
    upload_url_life_s: int = number(900, 1, 604_800, asks="How long is an upload URL valid?", source=WALKTHROUGH)
    signed_headers: str = choice(
        "algorithm",
        "all",
        "none",
        asks="Which of the three encryption headers does the upload URL sign?",
        source=NOT_DOCUMENTED,
    )
    upload_over_http: str = choice(
        "accept",
        "refuse",
        asks="Does the upload URL work without TLS? The service's own is always https.",
        source="S3 user guide, 'ServerSideEncryptionCustomerKeys' refuses; a sandbox on loopback has no TLS",
    )

    # The file and its records
    max_file_bytes: int = number(
        1_000_000_000,
        1,
        5 * 1024**3,
        asks="From what size on is a file refused?",
        source=IMPORT_GUIDE,
    )
    max_records: int = number(
        1_000_000,
        1,
        100_000_000,
        asks="How many records may one file hold?",
        source=WALKTHROUGH,
    )
    csv_delimiter: str = text(",", asks="Which character separates cells?", source=NOT_DOCUMENTED)
    unbalanced_quotes: str = choice(
        "fail_file",
        "accept",
        asks="What does a file with an odd number of double quotes do?",
        source=NOT_DOCUMENTED + " (RFC 4180 forbids it)",
    )
    ragged_record: str = choice(
        "fail_record",
        "fail_file",
        asks="What does a record with too many or too few cells do?",
        source=WALKTHROUGH,
    )
    unmapped_column: str = choice(
        "ignore",
        "fail_file",
        asks="What does a column that no field maps do?",
        source=NOT_DOCUMENTED,
    )
    over_long_cell: str = choice(
        "fail_record",
        "truncate",
        asks="What does a value longer than its target allows do?",
        source=WALKTHROUGH,
    )
    invalid_email: str = choice(
        "fail_record",
        "accept",
        asks="Does a cell of EMAIL_ADDRESS that is no address fail its record?",
        source=WALKTHROUGH + "; no AWS guide says that cells are checked",
    )
    invalid_phone: str = choice(
        "fail_record",
        "accept",
        asks="Does a cell of PHONE_NUMBER without three digits fail its record?",
        source=WALKTHROUGH + "; no AWS guide says that cells are checked",
    )
    invalid_number: str = choice(
        "accept",
        "fail_record",
        asks="Does a cell of NUMBER that is no number fail its record?",
        source=NOT_DOCUMENTED,
    )
    invalid_enum: str = choice(
        "fail_record",
        "drop_cell",
        asks="What does a value outside of its target's enum do?",
        source=NOT_DOCUMENTED,
    )
    repeated_key: str = choice(
        "update",
        "count_once",
        "fail_record",
        asks="How does the second record of a unique key count? Its values are merged unless it fails.",
        source="Amazon Connect administrator guide, 'how-object-type-mapping-works' (values); counting: "
        + NOT_DOCUMENTED,
    )
    refused_keys: str = pattern(
        "",
        asks="Records of which unique keys fail for no reason that anybody told? A regular expression of RE2 that the "
        "key as it is compared matches as a whole; empty: none.",
        source=NOT_DOCUMENTED + " (records fail for reasons that a client does not know)",
    )
    all_records_failed: str = choice(
        "failed",
        "partially_succeeded",
        asks="How does a job end whose records all failed?",
        source=NOT_DOCUMENTED,
    )
    no_records: str = choice(
        "failed",
        "succeeded",
        asks="How does a job end whose file holds a header only?",
        source=NOT_DOCUMENTED,
    )
    result_counts: str = choice(
        "all",
        "without_failed",
        "none",
        asks="Which of the three counters does a job show when it has ended?",
        source=API_GUIDE + " (all members of ResultsSummary are optional)",
    )
    match_existing_by: str = choice(
        "key_name",
        "target",
        asks="Does an import find existing profiles by the name and value of its unique key, or by its target?",
        source="Amazon Connect administrator guide, 'mapping-key-definitions'",
    )
    processing_s: float = number(
        0.0,
        0,
        86_400,
        asks="How long does a job stay IN_PROGRESS at least?",
        source=NOT_DOCUMENTED,
    )
    concurrent_jobs: int = number(
        1_000,
        1,
        100_000,
        asks="How many jobs of a domain may be IN_PROGRESS?",
        source=NOT_DOCUMENTED,
    )

    search_lag_s: float = number(
        0.0,
        0,
        86_400,
        asks="How long after it was made does SearchProfiles not find a profile?",
        source="Amazon Connect administrator guide, 'object-type-mapping-troubleshooting' (later; not how much)",
    )

    # Segments
    default_include: str = choice("ALL", "ANY", "NONE", asks="What is an absent Include?", source=NOT_DOCUMENTED)
    default_type: str = choice("ALL", "ANY", "NONE", asks="What is an absent Type?", source=NOT_DOCUMENTED)
    default_source_type: str = choice("ALL", "ANY", "NONE", asks="What is an absent SourceType?", source=NOT_DOCUMENTED)
    several_attributes: str = choice(
        "ALL", "ANY", asks="How do several attributes of one dimension combine?", source=NOT_DOCUMENTED
    )
    empty_groups: str = choice(
        "match_all",
        "refuse",
        asks="What does a segment without groups or dimensions match?",
        source="observed in public production code",
    )
    broken_sources: str = choice(
        "refuse",
        "accept_until_used",
        asks="May a segment be made whose sources go in a circle, pass a limit, or are gone further down?",
        source=NOT_DOCUMENTED,
    )
    delete_used_segment: str = choice(
        "allow",
        "refuse",
        asks="What does DeleteSegmentDefinition do with a source of another segment?",
        source=NOT_DOCUMENTED,
    )
    estimate_s: float = number(0.2, 0, 86_400, asks="How long does an estimate stay RUNNING?", source=NOT_DOCUMENTED)
    estimate_form: str = choice(
        "digits",
        "json_string",
        asks="Is the number of an estimate bare digits, or those as a JSON text in quotes?",
        source="observed in public production code, which takes both",
    )
    sql_estimate: int = number(
        -1,
        -1,
        10**12,
        asks="What does the estimate of an SQL segment say? -1: refused, SQL is not evaluated.",
        source=NOT_DOCUMENTED + " (tables and columns are not published)",
    )

    snapshot_s: float = number(
        0.2, 0, 86_400, asks="How long is a snapshot IN_PROGRESS at least?", source=NOT_DOCUMENTED
    )
    snapshot_rows_per_file: int = number(
        100_000,
        1,
        10**9,
        asks="How many profiles does one file of a snapshot hold?",
        source=NOT_DOCUMENTED + " (public production code reads one file or more)",
    )
    snapshot_without_role: str = choice(
        "refuse",
        "accept",
        asks="What does CreateSegmentSnapshot do without RoleArn?",
        source=NOT_DOCUMENTED + " (the service writes to the bucket as this role)",
    )

    # The service as a whole
    list_order: str = choice(
        "newest_first", "oldest_first", asks="In which order are jobs listed?", source=NOT_DOCUMENTED
    )
    job_retention_days: int = number(
        0, 0, 36_500, asks="After how many days does a job leave the records? 0: never.", source=NOT_DOCUMENTED
    )
    read_rate_per_s: float = number(
        0.0, 0, 100_000, asks="How many Get, List and Search calls per second? 0: no limit.", source=NOT_DOCUMENTED
    )
    write_rate_per_s: float = number(
        0.0, 0, 100_000, asks="How many other calls per second? 0: no limit.", source=NOT_DOCUMENTED
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            check(setting.name, getattr(self, setting.name), setting.metadata, type(setting.default))

    def changed(self, values: dict[str, object]) -> Self:
        """Return settings with some values replaced.

        Raises
        ------
        ValueError
            If a name is unknown or a value is not one of its choices or out of its range.
        """
        known = {setting.name for setting in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown setting {unknown[0][:64]!r}; there are: {', '.join(sorted(known))}")
        declared: dict[str, Any] = {name: as_declared(value, getattr(self, name)) for name, value in values.items()}
        return replace(self, **declared)

    @classmethod
    def parse(cls, assignments: list[str]) -> Self:
        """Return settings from ``NAME=VALUE`` texts, as on the command line."""
        settings, values = cls(), dict[str, object]()
        for assignment in assignments:
            name, equals, spelled = assignment.partition("=")
            if not equals:
                raise ValueError(f"{assignment[:64]!r} is not of the form NAME=VALUE")
            default = getattr(settings, name, None)
            values[name] = from_text(name, spelled, default)
        return settings.changed(values)

    def to_dict(self) -> dict[str, object]:
        """Return all settings as plain data."""
        return asdict(self)

    @classmethod
    def described(cls) -> dict[str, dict[str, object]]:
        """Return, for each setting, its default, what it decides, its choices or range, and its source."""
        return {setting.name: {"default": setting.default, **setting.metadata} for setting in fields(cls)}
