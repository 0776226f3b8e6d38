"""Commercial segments of customers."""

import pickle

import pandas as pd
from sklearn.cluster import KMeans

from churn import core, scoring

ORDER = ["new", "loyal", "heavy", "at_risk"]
SEGMENT_MODEL = core.MODEL_DIR / "segments.pkl"


def assign(frame):
    """Segment name per customer by tenure, usage and risk score."""
    names = pd.Series("loyal", index=frame.index)
    names[frame["tenure_months"] < 6] = "new"
    names[frame["data_gb_mean"] > 20] = "heavy"
    if "previous_score" in frame:
        names[frame["previous_score"].map(scoring.band) == "high"] = "at_risk"
    return names


def fit_clusters(clusters=4):
    """Cluster the customers by usage and store the centres for marketing."""
    frame = pd.read_parquet(core.FEATURES_PATH)
    usage = frame[["minutes_mean", "data_gb_mean", "monthly_charge"]].fillna(0)
    model = KMeans(n_clusters=clusters, n_init=5)
    model.fit(usage)
    with open(SEGMENT_MODEL, "wb") as handle:
        pickle.dump(model, handle)
    centres = pd.DataFrame(model.cluster_centers_, columns=usage.columns)
    centres.to_csv(core.REPORT_DIR / "segment_centres.csv", index=False)
    return model


if __name__ == "__main__":
    fit_clusters()
