"""A small Customer Profiles of one's own: ``python -m cpnb.sandbox``.

A service on the loopback interface that behaves like the upload-job and segment parts of Amazon Connect
Customer Profiles. Routes, parsing, limits and error shapes come from the service model that ships with
botocore; nothing is imported from the rest of `cpnb`, so that an error here cannot agree with the same
error there.

    __main__          the process: arguments, how it ends
      server  certificate  folder  parent             loopback, TLS, what is on disk, whose child it is
    application       who a request is for: control, upload URL, service, other services
    control           /_sandbox/: settings, clock, faults, latest requests
    service           route, check, perform, answer
      model  parameters  answers  errors              what the service model says
      domains  profiles  search  attributes           operations
      upload_jobs  segments  estimates  snapshots     operations
      calculated_attributes                           values that are seeded, not computed
    import_runs       a job at work
      import_plan  records  record_sql  ingestion     from a file to profiles
      snapshot_files                                  a segment's members as CSV, JSON lines, ORC
    segment_sql       from groups to a condition in SQL
      segment_sources  segment_comparison  segment_values   what it builds on, one comparison, text as number or date
    matching_keys  targets                            rules, as SQL and as tables
    profile_table  database  storage/                 where things are kept
    settings  clock  faults  rates  paging  request_log  backend   what all of them use
"""
