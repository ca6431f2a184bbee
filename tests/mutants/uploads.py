"""What keeps an upload in parts whole, taken out piece by piece."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_TROUBLE = "tests/journeys/test_uploads_in_trouble.py"

UPLOADS = (
    Mutant(
        "retry looks at the job that a part had",
        "cpnb/adoption.py",
        "decide_on(job) if (job := own.get(part)) else Adoption(Action.SEND)",
        "Adoption(Action.SEND)",
        (f"{_TROUBLE}::test_a_part_that_broke_goes_on_with_the_job_it_had",),
    ),
    Mutant(
        "only parts that did not get through are sent again",
        "cpnb/upload_at_work.py",
        "progress.phase.is_final and not progress.got_through",
        "progress.phase.is_final",
        (f"{_TROUBLE}::test_one_part_of_six_fails_the_others_go_on_and_only_it_is_sent_again",),
    ),
    Mutant(
        "parts that are sent again wait for a free place",
        "cpnb/parts_at_work.py",
        "with self._in_flight:",
        "with threading.Lock():",
        (f"{_TROUBLE}::test_a_part_can_be_sent_again_while_others_are_at_work",),
    ),
    Mutant(
        "jobs left at work come first",
        "cpnb/parts_at_work.py",
        "(self._progress[part.number].job is None, part.number)",
        "part.number",
        (f"{_TROUBLE}::test_jobs_that_an_earlier_run_left_at_work_come_first_and_count_as_in_flight",),
    ),
    Mutant(
        "large files take turns on a slow line",
        "cpnb/bandwidth.py",
        "if len(self._going) >= self.at_once(size_bytes):",
        "if len(self._going) >= self._most:",
        ("tests/test_bandwidth.py", f"{_TROUBLE}::test_on_a_slow_line_parts_take_turns_and_end_where_they_always_end"),
    ),
    Mutant(
        "a throttled call slows all calls down",
        "cpnb/domain.py",
        "if error.is_throttling:",
        "if not error.may_pass:",
        (f"{_TROUBLE}::test_after_a_throttling_all_calls_of_the_domain_keep_apart",),
    ),
    Mutant(
        "a stop ends a pause",
        "cpnb/retrying.py",
        "elif stopping.wait(seconds):",
        "elif time.sleep(min(seconds, 20)) or stopping.is_set():",
        (f"{_TROUBLE}::test_a_stop_does_not_wait_for_a_pause_to_end", "tests/test_retrying.py"),
    ),
    Mutant(
        "create looks for the job that a lost answer left",
        "cpnb/delivery.py",
        "(None if is_first else self._left_by_a_lost_answer()) or self._create()",
        "self._create()",
        ("tests/journeys/test_uploads.py::test_a_lost_answer_to_create_leaves_one_job",),
    ),
    Mutant(
        "one request is one request",
        "cpnb/domain.py",
        '"total_max_attempts": 1',
        '"total_max_attempts": 3',
        ("tests/test_domain.py::test_asked_once_is_asked_once_even_after_a_fault",),
    ),
    Mutant(
        "a path is fetched only when its file may go",
        "cpnb/delivery.py",
        "        with self._bandwidth.turn(id(self), len(self._stream), pause):\n"
        "            patience = self._plan.options.patience\n"
        "            self._put_file(\n"
        "                lambda: self._fresh_path(job),\n",
        "        path = self._fresh_path(job)\n"
        "        with self._bandwidth.turn(id(self), len(self._stream), pause):\n"
        "            patience = self._plan.options.patience\n"
        "            self._put_file(\n"
        "                lambda: path,\n",
        (f"{_TROUBLE}::test_on_a_slow_line_parts_take_turns_and_end_where_they_always_end",),
    ),
    Mutant(
        "what an earlier run left is adopted",
        "cpnb/adoption.py",
        'if options.on_repeat == "adopt":',
        'if options.on_repeat == "never":',
        ("tests/test_resume.py",),
    ),
    Mutant(
        "a part takes no more rows than its limit",
        "cpnb/planning.py",
        "PartCutter(fields, asked.options.part_rows, asked.options.part_bytes, constants)",
        "PartCutter(fields, 1_000_000, asked.options.part_bytes, constants)",
        ("tests/test_planning.py",),
    ),
    Mutant(
        "a finished upload only counts if no other came after it",
        "cpnb/adoption.py",
        "creation_time(job) > self.others_wrote_until",
        "creation_time(job) > LONG_AGO",
        ("tests/test_adoption.py::test_what_another_upload_may_have_overwritten_is_sent_again",),
    ),
    Mutant(
        "the body is rewound before it is sent again",
        "cpnb/csvstream.py",
        "        for block, table in encoded(self._data, self._fields, self._rows, self._edits):\n",
        "        once = encoded(self._data, self._fields, self._rows, self._edits)\n"
        "        for block, table in vars(self).setdefault('_left', once):\n",
        ("tests/test_csvstream.py", "tests/test_faults.py"),
    ),
    Mutant(
        "the digest knows where cells end",
        "cpnb/measuring.py",
        "        self._lengths.update(texts.lengths.data)\n",
        "",
        ("tests/test_measuring.py",),
    ),
    Mutant(
        "a quotation mark within a cell takes two bytes",
        "cpnb/measuring.py",
        " + int(np.count_nonzero(self.data == _QUOTE))",
        "",
        ("tests/test_measuring.py",),
    ),
    Mutant(
        "results that were worked out ahead come in order",
        "cpnb/working_ahead.py",
        "self._given_count in self._results or self._given_count in self._errors",
        "bool(self._results or self._errors)",
        ("tests/test_working_ahead.py",),
    ),
    Mutant(
        "the marker is in every record",
        "cpnb/csvstream.py",
        "for source, text in self.constants.items():",
        "for source, text in ():",
        ("tests/test_planning.py::test_a_marker_is_a_last_column_with_the_same_text_in_every_record",),
    ),
    Mutant(
        "what counts is when another job wrote, not when it was created",
        "cpnb/upload_job.py",
        "return completed_at or created_at or LONG_AGO",
        "return created_at or LONG_AGO",
        (
            "tests/test_adoption.py::test_what_counts_is_when_another_job_wrote_and_not_when_it_was_created",
            "tests/failed_rows/test_small_jobs.py::test_jobs_that_may_have_written_newer_values_do",
        ),
    ),
    Mutant(
        "a stop before the watching stops the job",
        "cpnb/parts_at_work.py",
        "        if stopping.is_set() and not job.status.is_final:\n",
        "        if False:\n",
        ("tests/test_parts_at_work.py::test_a_job_that_is_found_when_the_upload_was_stopped_already_is_stopped",),
    ),
    Mutant(
        "a job that may have been started is stopped",
        "cpnb/delivery.py",
        "            return self._stopped_while_starting(job)\n",
        "            raise StoppedError(StoppedError.WORDS)\n",
        ("tests/test_stop_in_doubt.py",),
    ),
    Mutant(
        "parts that nobody began end",
        "cpnb/parts_at_work.py",
        "for part in in_order[begun_count:]:",
        "for part in ():",
        (
            "tests/test_parts_at_work.py::"
            "test_parts_that_were_not_begun_when_an_interrupt_came_are_stopped_and_nobody_waits_for_them",
        ),
    ),
    Mutant(
        "waiting ends after the last telling",
        "cpnb/parts_at_work.py",
        "while not self.done or (self._untold_count and self._teller != threading.get_ident()):",
        "while not self.done:",
        ("tests/test_parts_at_work.py::test_waiting_ends_after_the_last_telling",),
    ),
    Mutant(
        "kept errors have no frames",
        "cpnb/parts_at_work.py",
        "one.__traceback__ = None",
        "pass",
        ("tests/test_parts_at_work.py::test_what_is_kept_of_an_error_holds_no_frames",),
    ),
    Mutant(
        "a failure that nobody looked at is told at the end",
        "cpnb/upload_at_work.py",
        "            if failure is not None:\n                self._end.came(",
        "            if failure is None:\n                self._end.came(",
        ("tests/journeys/test_scripts_that_do_not_wait.py",),
    ),
    Mutant(
        "what is being stopped is waited for before it is sent again",
        "cpnb/upload_at_work.py",
        "        self._work.finish_stopping()\n",
        "",
        (f"{_TROUBLE}::test_what_is_being_stopped_is_sent_again_without_waiting_in_between",),
    ),
    Mutant(
        "a job that is refused for good is replaced",
        "cpnb/parts_at_work.py",
        "                if not refuses_job(error):\n",
        "                if True:\n",
        ("tests/test_faults.py::test_a_job_that_was_left_and_is_refused_for_good_is_replaced_once_and_named",),
    ),
)
