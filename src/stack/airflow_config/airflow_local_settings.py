"""Read by Airflow when a component starts (its folder is on PYTHONPATH): lets forked workers inherit slow imports."""

from __future__ import annotations

import sys

if "scheduler" in sys.argv:
    from nnsc_airflow.preload import preload

    preload()
