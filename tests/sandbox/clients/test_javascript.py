"""AWS's guide with the JavaScript SDK and fetch."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients


def test_the_guide_with_the_javascript_sdk(node_modules, aws_environment, run_client, sandbox_url, guide, tmp_path):
    # Node looks for packages beside the script, so the script goes where the link to them is.
    (tmp_path / "node_modules").symlink_to(node_modules)
    script = Path(shutil.copy(Path(__file__).with_name("guide.mjs"), tmp_path))
    environment = aws_environment | {"AWS_ENDPOINT_URL": sandbox_url}
    result = json.loads(run_client(["node", script, guide.domain, guide.path], environment, tmp_path))
    guide.check(result["uploads"], result["segments"], result["estimates"])
