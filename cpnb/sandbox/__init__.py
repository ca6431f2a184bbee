"""A small Customer Profiles of one's own: ``python -m cpnb.sandbox``.

A service on the loopback interface that behaves like the upload-job and segment parts of Amazon Connect
Customer Profiles. Routes, parsing, limits and error shapes come from the service model that ships with
botocore; nothing is imported from the rest of `cpnb`, so that an error here cannot agree with the same
error there.
"""
