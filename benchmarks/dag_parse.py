"""What parsing costs, after Airflow's own import: 100 feeds <= 3 s, 500 <= 8 s, inside a task at 500 feeds <= 0.3 s.

Run: ``.venv/bin/python benchmarks/dag_parse.py [FEEDS ...]``; 100 and 500 where none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TEMPLATE = PROJECT / "jurisdictions" / "us_pa_philadelphia"
BUDGET = {100: 3.0, 500: 8.0}
TASK_BUDGET = 0.3
PER_JURISDICTION = 20

CHILD = """
import json, sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
import airflow.providers.standard.operators.hitl, airflow.providers.standard.operators.trigger_dagrun
files = sys.argv[1:]
start = time.perf_counter()
bags = [DagBag(file) for file in files]
seconds = time.perf_counter() - start
assert not any(bag.import_errors for bag in bags), [bag.import_errors for bag in bags]
print(json.dumps([seconds, sum(len(bag.dag_ids) for bag in bags)]))
"""


def make_feeds(folder: Path, count: int) -> None:
    """Copies of a real feed file in jurisdictions of twenty feeds each."""
    for number in range(count):
        place = folder / f"us_bench_{number // PER_JURISDICTION}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "jurisdiction.yml").write_text((TEMPLATE / "jurisdiction.yml").read_text())
        (place / f"shooting_{number % PER_JURISDICTION}.yml").write_text((TEMPLATE / "shooting.yml").read_text())


def measure(jurisdictions: Path, home: Path, *files: str, dag_id: str = "") -> tuple[float, int]:
    """Seconds and DAGs of one parse in a fresh process."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "NNSC_"))},
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "NNSC_JURISDICTIONS": str(jurisdictions),
        "PYTHONPATH": os.pathsep.join((str(PROJECT / "src"), str(PROJECT / "plugins"))),
        **({"_AIRFLOW_PARSING_CONTEXT_DAG_ID": dag_id} if dag_id else {}),
    }
    command = [sys.executable, "-c", CHILD, *(str(PROJECT / "dags" / file) for file in files)]
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    seconds, dags = json.loads(out.strip().splitlines()[-1])
    return float(seconds), int(dags)


def main(counts: list[int]) -> int:
    """Print a line for each measurement; 1 when a budget is broken."""
    broken = 0
    with tempfile.TemporaryDirectory(prefix="nnsc-bench-") as folder:
        for count in counts:
            jurisdictions = Path(folder) / str(count)
            make_feeds(jurisdictions, count)
            home = Path(folder) / "airflow"
            cases = [
                ("feeds.py", BUDGET.get(count), measure(jurisdictions, home, "feeds.py")),
                ("feeds.py inside a task", TASK_BUDGET,
                 measure(jurisdictions, home, "feeds.py", dag_id="feed__us_bench_1__shooting_1")),
                ("feed_problems.py (full check)", None, measure(jurisdictions, home, "feed_problems.py")),
            ]  # fmt: skip
            for name, budget, (seconds, dags) in cases:
                over = budget is not None and seconds > budget
                broken |= over
                limit = f"budget {budget} s{', BROKEN' if over else ''}" if budget else "no budget"
                print(f"{count:>5} feeds  {name:<30} {seconds:6.2f} s  {dags:>4} DAGs  ({limit})")
    return int(broken)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("feeds", type=int, nargs="*", default=[100, 500], help="how many feed files, one measure each")
    sys.exit(main(given.parse_args().feeds))
