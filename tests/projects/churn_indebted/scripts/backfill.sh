#!/usr/bin/env bash
# Rebuilds everything for a past snapshot, e.g. scripts/backfill.sh 2023-12-31
set -euo pipefail
export CHURN_SNAPSHOT="$1"

python scripts/ingest.py
python scripts/merge_usage.py
python scripts/build_features.py
python scripts/score_batch.py --threshold 0.45
