"""What is refused before it is read, and why."""

import gzip
import io
import os
import zipfile

import pytest

from cpnb.errors import ReadError
from cpnb.reading import read, scan

VERBS = pytest.mark.parametrize("verb", [read, scan])


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


KINDS = [
    (b"", "is empty"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "an old Excel workbook .* password"),
    (gzip.compress(b"a,b\n1,2\n", mtime=0), "compressed with gzip: unpack"),
    (b"PK\x03\x04rest", "damaged or cut off"),
    (zipped(mimetype="x", content_dot_xml="x"), "OpenDocument"),
    (zipped(xl__workbook_dot_bin="x"), "binary Excel workbook"),
    (zipped(word__document_dot_xml="x"), "Word document"),
    (zipped(people_dot_csv="a,b\n1,2\n"), "a zip archive and no Excel workbook: unpack"),
    (zipped(xl__workbook_dot_xml="x"), "damaged Excel workbook"),
    (b"PAR1rest", "cannot be read as one"),
    (b"ARROW1\0\0", "pandas.read_feather"),
    (b"%PDF-1.7", "a PDF"),
    (b"\xef\xbb\xbf <html><table>", "HTML or XML"),
    (b'<?xml version="1.0"?>', "HTML or XML"),
]


@VERBS
@pytest.mark.parametrize(("content", "message"), KINDS, ids=[message for _, message in KINDS])
def test_another_kind_of_file_is_named_with_what_to_do(verb, tmp_path, content, message):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message) as caught:
        verb(path)
    assert caught.value.__context__ is None


@VERBS
def test_the_name_of_a_file_does_not_tell_its_kind_but_for_json(verb, tmp_path):
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"a,b\n1,2\n")
    verb(path)
    path = tmp_path / "people.json"
    path.write_bytes(b'[{"a": 1}]')
    with pytest.raises(ReadError, match=r"pandas\.read_json"):
        verb(path)


@VERBS
def test_no_such_file_and_a_directory(verb, tmp_path):
    with pytest.raises(ReadError, match=r"no file 'people\.csv'"):
        verb(tmp_path / "people.csv")
    with pytest.raises(ReadError, match="is a directory"):
        verb(tmp_path)


@VERBS
@pytest.mark.parametrize("address", ["https://u:secret@example.com/a.csv", "s3://secret/a.csv", "file:///secret.csv"])
def test_an_address_is_refused_and_not_repeated(verb, address):
    with pytest.raises(ReadError, match="Download it first") as caught:
        verb(address)
    assert "secret" not in str(caught.value)


@VERBS
@pytest.mark.parametrize("thing", [io.BytesIO(b"a,b\n1,2\n"), io.StringIO("a,b\n1,2\n"), b"people.csv", None, 3])
def test_what_is_no_path_is_refused(verb, thing):
    with pytest.raises(TypeError, match=f"got an object of type {type(thing).__name__}"):
        verb(thing)


@VERBS
def test_text_and_path_objects_lead_to_the_same(verb, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert str(verb(path)) == str(verb(str(path)))


def test_a_tilde_is_the_home_of_the_user(tmp_path, monkeypatch):
    (tmp_path / "people.csv").write_bytes(b"a,b\n1,2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(read("~/people.csv")) == 1


@VERBS
def test_a_pipe_is_no_ordinary_file(verb, tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "people.csv")
    with pytest.raises(ReadError, match="no ordinary file"):
        verb(tmp_path / "people.csv")


@VERBS
def test_a_file_that_may_not_be_read_is_refused(verb, tmp_path, monkeypatch):
    path = tmp_path / "people.csv"
    path.write_bytes(b"a,b\n1,2\n")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    # The superuser may read all files, whatever their mode: it is the answer of the system that counts.
    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(ReadError, match="may not be read by this user") as caught:
        verb(path)
    assert caught.value.__context__ is None
