"""Export of customers at risk to the retention desk."""

from datetime import date

import pandas as pd

from churn import core, offers, scoring

EXPORT_DIR = core.DATA_DIR / "exports"


def export(frame, threshold=0.5):
    """Write today's call list and copy it to the exchange bucket."""
    rows = frame[frame["score"] > threshold].copy()
    rows["campaign"] = rows.apply(offers.campaign, axis=1) if len(rows) else pd.Series(dtype=str)
    rows["band"] = rows["score"].map(scoring.band)
    name = f"call_list_{date.today():%Y%m%d}.csv"
    path = EXPORT_DIR / name
    core.log.info("offers cost about %.0f euros", offers.cost(rows["campaign"]))
    core.save_frame(rows[[core.ID_COLUMN, "score", "band", "campaign"]], path)
    core.upload(path, f"crm/{name}")
    return path
