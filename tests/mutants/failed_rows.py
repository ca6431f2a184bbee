"""What tells which rows were refused, taken out piece by piece."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_FAILED_ROWS = "tests/failed_rows/test_looking.py"
_GROUP_TESTING = "tests/test_group_testing.py"

FAILED_ROWS = (
    Mutant(
        "the other half follows by subtraction",
        "cpnb/group_testing.py",
        "    if left.answered or left.decided:\n",
        "    if True:\n",
        (f"{_GROUP_TESTING}::test_the_other_half_is_not_asked_about_before_the_first_has_answered",),
    ),
    Mutant(
        "what follows from counts alone is confirmed",
        "cpnb/group_testing.py",
        "(node.all_fail or node.is_left or node.least == 0)",
        "(not node.all_fail and (node.is_left or node.least == 0))",
        (
            f"{_GROUP_TESTING}::test_an_item_that_failed_once_and_never_again_is_not_found_and_the_contradiction_is_told",
            f"{_FAILED_ROWS}::test_records_that_are_taken_in_at_the_second_time_are_told_of_and_not_listed",
        ),
    ),
    Mutant(
        "no more small jobs than allowed",
        "cpnb/failed_rows/small_jobs.py",
        "if self.made_count >= self._max_jobs:",
        "if False:",
        (f"{_FAILED_ROWS}::test_a_budget_that_is_used_up_leaves_ranges_and_the_next_call_goes_on",),
    ),
    Mutant(
        "the results of earlier small jobs are used again",
        "cpnb/failed_rows/small_jobs.py",
        "        job = self._ended_before(part, few)\n",
        "        job = None\n",
        (
            f"{_FAILED_ROWS}::test_ctrl_c_ends_the_waiting_at_once_and_the_next_call_goes_on_from_the_jobs_that_were_made",
        ),
    ),
    Mutant(
        "small jobs of an earlier upload say nothing about this one",
        "cpnb/failed_rows/small_jobs.py",
        "return job if creation_time(job) > creation_time(self._jobs[part.number]) else None",
        "return job",
        (f"{_FAILED_ROWS}::test_what_was_found_for_one_upload_says_nothing_about_the_next",),
    ),
    Mutant(
        "rows are not sent again over those of a later upload",
        "cpnb/failed_rows/looking.py",
        "        listed.require_newest(sent.plan, sent.jobs.values())\n",
        "",
        (f"{_FAILED_ROWS}::test_rows_are_not_sent_again_over_those_of_a_later_upload",),
    ),
    Mutant(
        "a table that changed is not sent",
        "cpnb/failed_rows/looking.py",
        "        _require_unchanged(sent, searched)\n",
        "",
        (f"{_FAILED_ROWS}::test_a_table_that_changed_is_not_sent",),
    ),
    Mutant(
        "a key that has a profile proves nothing",
        "cpnb/failed_rows/evidence.py",
        "        if left.most == 0:\n",
        "        if True:\n",
        (f"{_FAILED_ROWS}::test_a_row_that_was_there_before_may_be_there_although_it_failed",),
    ),
    Mutant(
        "what small jobs said before is read",
        "cpnb/failed_rows/looking.py",
        "    if not searched:\n        return suspected\n",
        "    if True:\n        return suspected\n",
        (
            f"{_FAILED_ROWS}::test_what_was_found_by_sending_again_is_read_the_next_time",
            f"{_FAILED_ROWS}::test_what_an_unfinished_search_found_is_read_and_the_rest_is_told_of",
        ),
    ),
    Mutant(
        "why rows are only possible is said",
        "cpnb/failed_rows/evidence.py",
        "        if possible.any():\n",
        "        if False:\n",
        (f"{_FAILED_ROWS}::test_why_rows_are_only_possible_is_said_once_to_who_asked",),
    ),
    Mutant(
        "no reason is longer than a table shows",
        "cpnb/failed_rows/evidence.py",
        "reason if len(reason) < SHOWN_CHARACTERS else",
        "reason if reason else",
        (f"{_FAILED_ROWS}::test_a_reason_that_a_table_would_cut_is_said_shorter",),
    ),
    Mutant(
        "searches that lag behind make nothing certain",
        "cpnb/failed_rows/evidence.py",
        "    if absent_count > count.most:\n        return ",
        "    if False:\n        return ",
        (f"{_FAILED_ROWS}::test_searches_that_lag_behind_make_nothing_certain",),
    ),
    Mutant(
        "a refused file of some rows means all of them, where the whole was taken in",
        "cpnb/failed_rows/small_jobs.py",
        "self._jobs[part.number].status is not JobStatus.FAILED",
        "False",
        (f"{_FAILED_ROWS}::test_where_only_the_status_is_told_a_refused_file_stands_for_all_of_its_rows",),
    ),
)
