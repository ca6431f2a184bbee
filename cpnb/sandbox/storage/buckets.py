"""What the service itself writes into a customer's bucket, by way of the S3 beside it."""

from __future__ import annotations

import re
from urllib.parse import quote

from werkzeug.test import EnvironBuilder, run_wsgi_app

from cpnb.sandbox.storage.other_services import OtherServices

_SIGNATURE = "AWS4-HMAC-SHA256 Credential=sandbox/20250101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
"""Who asks, for whom: the imitation does not check it, but tells services and accounts apart by it."""


class BucketError(Exception):
    """An object cannot be written; the text says why, by bucket and S3's own code."""


class Buckets:
    """Writes objects into the buckets of the sandbox's S3."""

    def __init__(self, others: OtherServices) -> None:
        self._others = others

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write one object, replacing what was there.

        Raises
        ------
        BucketError
            If the bucket does not exist, S3 refuses, or there is no S3 here.
        """
        builder = EnvironBuilder(
            path=f"/{bucket}/{quote(key)}",
            method="PUT",
            data=content,
            content_type="application/octet-stream",
            headers=[("Authorization", _SIGNATURE)],
            base_url="http://127.0.0.1",
        )
        try:
            answer, status, _ = run_wsgi_app(self._others.wsgi, builder.get_environ(), buffered=True)
        except ModuleNotFoundError as error:
            raise BucketError(f"There is no S3 here: {error.name} is not installed.") from None
        finally:
            builder.close()
        text = b"".join(answer).decode(errors="replace")
        if not status.startswith("200"):
            code = re.search(r"<Code>(\w+)</Code>", text)
            raise BucketError(f"Bucket {bucket} cannot be written: S3 answers {code[1] if code else status}.")
