"""Run the whole churn refresh: python run_all.py [--skip-ingest]."""

import argparse
import subprocess
import sys
import time


def main():
    """Start one script after the other and stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-ingest", action="store_true", help="use the extracts already in data/raw")
    args = parser.parse_args()
    started = time.time()
    if not args.skip_ingest:
        subprocess.run([sys.executable, "scripts/ingest.py"], check=True)
    subprocess.run([sys.executable, "scripts/clean.py"], check=True)
    subprocess.run([sys.executable, "scripts/merge_usage.py"], check=True)
    subprocess.run([sys.executable, "scripts/build_features.py"], check=True)
    subprocess.run([sys.executable, "scripts/train.py"], check=True)
    subprocess.run([sys.executable, "scripts/score_batch.py"], check=True)
    subprocess.run([sys.executable, "scripts/retention_report.py"], check=True)
    print(f"refresh done in {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
