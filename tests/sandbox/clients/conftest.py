"""What the tests of the standard clients share: AWS's guide as data, its result, and where the clients are."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.installed import CLIENTS, missing

HERE = Path(__file__).parent


class Guide:
    """The six steps of AWS's guide: what goes in, and what must come out whichever client does them."""

    path = HERE / "guide.json"

    def __init__(self) -> None:
        content = json.loads(self.path.read_text())
        self.fields = content["fields"]
        self.unique_key = content["unique_key"]
        self.csv = ("\n".join(content["csv"]) + "\n").encode()
        self.domain = f"guide-{uuid.uuid4().hex[:12]}"
        self.segment_groups = {
            name: {
                "Groups": [{"Dimensions": [{"ProfileAttributes": dimension}], "SourceType": "ALL", "Type": "ALL"}],
                "Include": "ALL",
            }
            for name, dimension in content["segments"].items()
        }

    @staticmethod
    def customer_headers(client_token: str) -> dict[str, str]:
        digest = hashlib.md5(base64.b64decode(client_token)).digest()  # noqa: S324 -- the protocol's digest
        return {
            "x-amz-server-side-encryption-customer-algorithm": "AES256",
            "x-amz-server-side-encryption-customer-key": client_token,
            "x-amz-server-side-encryption-customer-key-MD5": base64.b64encode(digest).decode(),
        }

    @staticmethod
    def upload_result(job_id: str, before: dict, after: dict) -> dict:
        counts = after["ResultsSummary"]
        return {
            "job_id": job_id,
            "statuses": [before["Status"], after["Status"]],
            "records": [counts["CreatedRecords"], counts["UpdatedRecords"], counts["FailedRecords"]],
        }

    @staticmethod
    def check(uploads: list[dict], segments: list[str], estimates: dict[str, str]) -> None:
        first, second = uploads
        assert re.fullmatch("[0-9a-f]{32}", first["job_id"])
        assert re.fullmatch("[0-9a-f]{32}", second["job_id"])
        assert first["job_id"] != second["job_id"]
        assert first["statuses"] == second["statuses"] == ["CREATED", "SUCCEEDED"]
        assert first["records"] == [3, 0, 0]  # created, updated, failed
        assert second["records"] == [0, 3, 0]
        assert segments == ["accounts-acc1", "first-asset", "high-value", "not-monitors"]
        assert estimates == {"accounts-acc1": "2", "first-asset": "1", "high-value": "2", "not-monitors": "2"}


@pytest.fixture
def guide() -> Guide:
    return Guide()


@pytest.fixture
def aws_environment(tmp_path: Path) -> dict[str, str]:
    """An environment of its own for a client: made-up credentials, none of the machine's configuration."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def aws_cli() -> Path:
    program = CLIENTS / "aws" / "bin" / "aws"
    if not program.exists():
        missing("the AWS CLI")
    return program


@pytest.fixture
def node_modules() -> Path:
    packages = CLIENTS / "javascript" / "node_modules"
    if not (packages / "@aws-sdk" / "client-customer-profiles").exists():
        missing("the JavaScript SDK")
    if not shutil.which("node"):
        missing("Node.js (first itself, then the JavaScript SDK)")
    return packages


@pytest.fixture
def run_client():
    """Run a client's command within a minute and return what it wrote; its error output tells why it failed."""

    def run(command: list[str | Path], environment: dict[str, str], cwd: Path) -> str:
        done = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
