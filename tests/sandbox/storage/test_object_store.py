"""What a good PUT leaves behind, and what happens to it later."""

import base64
import hashlib
import os
import stat
import threading

import pytest

from cpnb.sandbox.storage import ObjectStore, WrongKeyError
from cpnb.sandbox.storage.customer_key import customer_headers

CSV = b"asset_id,price\nASSET001,5000\n"


def test_a_good_put_is_stored_and_read_back(storage):
    response = storage.put(CSV)
    assert response.status_code == 200
    assert response.content == b""
    assert storage.store.exists("jobs/1")
    assert storage.store.size_bytes("jobs/1") == 29
    assert storage.read() == CSV


def test_the_answer_echoes_algorithm_and_key_md5_and_its_etag_is_not_the_md5_of_the_data(storage):
    headers = storage.put(CSV).headers
    assert headers["x-amz-server-side-encryption-customer-algorithm"] == "AES256"
    # MD5 of 32 times the letter k, in base64
    assert headers["x-amz-server-side-encryption-customer-key-MD5"] == "mT2HRsMGJ5IX5C+0rreZ8Q=="
    etag = headers["ETag"].strip('"')
    assert len(etag) == 32
    assert etag != hashlib.md5(CSV).hexdigest()  # noqa: S324 -- compared with what it must not be


def test_an_empty_body_is_an_empty_object(storage):
    assert storage.put(b"").status_code == 200
    assert storage.store.size_bytes("jobs/1") == 0
    assert storage.read() == b""


def test_rows_are_not_readable_on_disk(storage):
    storage.put(CSV * 1000)
    (stored,) = storage.folder.iterdir()
    assert b"ASSET001" not in stored.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_folder_and_objects_are_the_owners_only(storage):
    storage.put(CSV)
    (stored,) = storage.folder.iterdir()
    assert stat.S_IMODE(storage.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def test_a_second_put_replaces_the_object(storage):
    url = storage.presign().url
    storage.put(CSV, url=url)
    storage.put(b"other\n", url=url)
    assert storage.read() == b"other\n"


def test_a_put_with_another_key_is_accepted_and_then_does_not_open_with_the_first(storage):
    url = storage.presign(key=b"k" * 32).url
    assert storage.put(CSV, url=url, key=b"x" * 32).status_code == 200
    with pytest.raises(WrongKeyError):
        storage.store.open("jobs/1", b"k" * 32)
    assert storage.read(key=b"x" * 32) == CSV


def test_names_with_signs_spaces_and_letters_of_all_kinds_are_stored_apart(storage):
    names = ["jobs/1", "jobs%2F1", "a b+c?d=e&f#g", "Zoë/..x", "jobs/1/"]
    for number, name in enumerate(names):
        assert storage.put(str(number).encode(), name=name).status_code == 200
    assert [storage.read(name) for name in names] == [b"0", b"1", b"2", b"3", b"4"]
    assert len(list(storage.folder.iterdir())) == len(names)


@pytest.mark.parametrize("name", ["", "a/../b", "./a", "a/.", "..", "a" * 1025])
def test_a_name_that_clients_would_rewrite_or_s3_refuses_is_an_error(storage, name):
    with pytest.raises(ValueError, match="object name"):
        storage.presign(name)


def test_an_absent_object_is_told_by_name(storage):
    assert not storage.store.exists("jobs/9")
    with pytest.raises(FileNotFoundError, match="'jobs/9'"):
        storage.store.size_bytes("jobs/9")
    with pytest.raises(FileNotFoundError, match="upload it first"):
        storage.store.open("jobs/9", b"k" * 32)


def test_delete_removes_the_object_and_may_be_repeated(storage):
    storage.put(CSV)
    storage.store.delete("jobs/1")
    storage.store.delete("jobs/1")
    assert not storage.store.exists("jobs/1")


def test_an_open_stream_is_not_disturbed_by_a_new_put(storage):
    storage.put(b"a" * 3_000_000)
    with storage.store.open("jobs/1", b"k" * 32) as stream:
        begin = stream.read(1000)
        storage.put(b"b" * 3_000_000)
        rest = stream.read()
    assert begin + rest == b"a" * 3_000_000


def test_what_a_killed_process_left_half_written_is_removed(storage, clock):
    storage.put(CSV)
    (storage.folder / "0123.part").write_bytes(b"half")
    again = ObjectStore(storage.folder, clock.now)
    assert not list(storage.folder.glob("*.part"))
    with again.open("jobs/1", b"k" * 32) as stream:
        assert stream.read() == CSV


def test_new_client_keys_are_random_and_fit_aes_256(storage):
    keys = {storage.store.new_client_key() for _ in range(10)}
    assert len(keys) == 10
    assert {len(key) for key in keys} == {32}


def test_uploads_at_the_same_time_do_not_mix(storage):
    bodies = {f"jobs/{n}": bytes([65 + n]) * (2_000_000 + n) for n in range(8)}
    threads = [
        threading.Thread(target=storage.put, args=(body,), kwargs={"name": name}) for name, body in bodies.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: storage.read(name) for name in bodies} == bodies


def test_a_right_content_md5_is_accepted(storage):
    digest = base64.b64encode(hashlib.md5(CSV).digest()).decode()  # noqa: S324 -- the protocol's digest
    assert storage.put(CSV, content_md5=digest).status_code == 200


def test_a_content_md5_of_other_data_is_a_bad_digest_and_nothing_is_stored(storage):
    # MD5 of nothing, and of the CSV
    response = storage.put(CSV, content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert response.status_code == 400
    error = storage.error_of(response)
    assert error["Code"] == "BadDigest"
    assert error["ExpectedDigest"] == "1B2M2Y8AsgTpgAmY7PhCfg=="
    assert error["CalculatedDigest"] == base64.b64encode(hashlib.md5(CSV).digest()).decode()  # noqa: S324
    assert not storage.store.exists("jobs/1")


@pytest.mark.parametrize("digest", ["not base64!", "c2hvcnQ=", ""])
def test_a_content_md5_that_is_no_md5_is_an_invalid_digest(storage, digest):
    response = storage.put(CSV, content_md5=digest)
    assert (response.status_code, storage.error_of(response)["Code"]) == (400, "InvalidDigest")


def test_an_unsigned_content_type_is_accepted(storage):
    assert storage.put(CSV, content_type="text/csv").status_code == 200


def test_a_store_that_requires_tls_refuses_plain_http(storage):
    storage.store.require_tls = True
    response = storage.put(CSV)
    assert response.status_code == 400
    assert storage.error_of(response)["Code"] == "InvalidRequest"
    assert "must be made over a secure connection." in storage.error_of(response)["Message"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
def test_only_put_is_allowed(storage, method):
    import requests

    response = requests.request(method, storage.presign().url, headers=customer_headers(b"k" * 32), data=b"", timeout=5)
    assert response.status_code == 405
    assert response.headers["Allow"] == "PUT"


@pytest.mark.parametrize(
    "step", ["object_folder.os.open", "object_store.SealingWriter.write_chunk", "object_folder.Path.replace"]
)
def test_a_disk_that_fails_is_an_internal_error_and_leaves_what_was_there(storage, monkeypatch, step):
    storage.put(CSV)

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"cpnb.sandbox.storage.{step}", fail)
    response = storage.put(b"new\n" * 1_000_000)
    monkeypatch.undo()
    assert response.status_code == 500
    assert storage.error_of(response)["Code"] == "InternalError"
    assert storage.read() == CSV
    assert len(list(storage.folder.iterdir())) == 1
