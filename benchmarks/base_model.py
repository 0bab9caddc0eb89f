"""Train and freeze the model that comes with linkage, on simulated records that no test and no evaluation uses.

Run: ``.venv/bin/python benchmarks/base_model.py``. Writes src/linkage/base_model.
Term frequencies are left out: how common a name is in an agency's records is not what simulated ones say.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from linkage import evaluate  # noqa: E402
from linkage.store import BASE_MODEL, base_model  # noqa: E402

SEED, MENTIONS = 424_242, 200_000


def main() -> None:
    """Train, freeze, say which version it is and what its audit found."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as work, duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as db:
        evaluate.load_simulated(db, Path(work), SEED, MENTIONS)
        model = evaluate.train_on(db, Path(work))
        trained = Path(work) / "models" / model.version
        for name in ("model.json", "audit.json"):
            shutil.copyfile(trained / name, BASE_MODEL / name)
    origin = {"seed": SEED, "mentions": MENTIONS, "trained_by": "benchmarks/base_model.py"}
    (BASE_MODEL / "origin.json").write_text(json.dumps(origin, indent=1) + "\n")
    print(base_model().version, *model.alerts, sep="\n  ")


if __name__ == "__main__":
    main()
