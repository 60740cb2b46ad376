"""What must be set before Django reads its settings; loaded first of all, as a pytest plugin.

Everything the developer's own environment says about an installation is dropped, so that a test run can never
touch a real one. ``DATABASE_URL`` alone is kept: it names the server on which test databases are created.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

for name in [each for each in os.environ if each.startswith("ORDERLANE_") and each != "ORDERLANE_CONTRACTS"]:
    del os.environ[name]
os.environ["ORDERLANE_HOME"] = str(ROOT / "var" / "test")
os.environ["ORDERLANE_URL"] = "http://127.0.0.1:8000"
# The sandbox is on this machine, where a shop's typed address otherwise must not lead.
os.environ["ORDERLANE_REACHABLE_NETWORKS"] = "127.0.0.0/8"
