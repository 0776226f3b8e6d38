"""Join customers, usage, tickets and regional figures into the feature table."""

import os

import pandas as pd

from churn import core, features, regions

INTERIM = os.path.join("data", "interim")
REGION_INCOME = "data/external/region_income.xlsx"
LAST_SCORES = os.path.join("data", "processed", "last_scores.csv")


def load_inputs():
    """Customers and usage of the current run."""
    customers = pd.read_parquet(os.path.join(INTERIM, "customers_clean.parquet"))
    customers["signup_date"] = pd.to_datetime(customers["signup_date"])
    usage = pd.read_parquet(os.path.join(INTERIM, "usage_monthly.parquet"))
    return customers, usage


def add_region(frame):
    """Mean household income of the customer's region."""
    income = pd.read_excel(REGION_INCOME)
    return regions.add_income(frame, income)


def add_last_scores(frame):
    """Score of the last run, zero on the first run."""
    if not os.path.exists(LAST_SCORES):
        frame["previous_score"] = 0.0
        return frame
    scores = pd.read_csv(LAST_SCORES)
    return features.with_previous_score(frame, scores)


def main():
    """Build and write the feature table."""
    core.setup_logging()
    customers, usage = load_inputs()
    frame = core.add_codes(core.add_tenure(customers))
    frame = frame.merge(core.usage_summary(usage), on=core.ID_COLUMN, how="left")
    frame = frame.merge(core.ticket_summary(core.read_tickets()), on=core.ID_COLUMN, how="left")
    frame = add_last_scores(add_region(core.add_ratios(frame)))
    frame = features.segment_features(features.interactions(core.fill_gaps(frame)))
    core.PROCESSED_DIR.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(core.FEATURES_PATH, index=False)
    core.log.info("feature table has %d rows and %d columns", *frame.shape)


if __name__ == "__main__":
    main()
