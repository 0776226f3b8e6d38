"""Export of customers at risk to the retention desk."""

from datetime import date

import pandas as pd

from churn import core, scoring

EXPORT_DIR = core.DATA_DIR / "exports"


def campaign(row):
    """Offer for a customer at risk."""
    if row["contract_code"] == 0:
        return "contract_upgrade"
    if row["tickets_90d"] >= 2:
        return "service_call"
    return "data_bonus"


def export(frame, threshold=0.5):
    """Write today's call list and copy it to the exchange bucket."""
    rows = frame[frame["score"] > threshold].copy()
    rows["campaign"] = rows.apply(campaign, axis=1) if len(rows) else pd.Series(dtype=str)
    rows["band"] = rows["score"].map(scoring.band)
    name = f"call_list_{date.today():%Y%m%d}.csv"
    path = EXPORT_DIR / name
    core.save_frame(rows[[core.ID_COLUMN, "score", "band", "campaign"]], path)
    core.upload(path, f"crm/{name}")
    return path
