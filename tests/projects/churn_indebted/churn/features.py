"""Features beyond the base table."""

from churn import core, segments

PREMIUM_CHARGE = 45.0


def interactions(frame):
    """Products of columns that the tree models did not find on their own."""
    frame["charge_x_tenure"] = frame["monthly_charge"] * frame["tenure_months"]
    frame["premium"] = (frame["monthly_charge"] >= PREMIUM_CHARGE).astype(int)
    return frame


def segment_features(frame):
    """Segment as one column, coded by the order of the sales handbook."""
    order = {name: position for position, name in enumerate(segments.ORDER)}
    frame["segment_code"] = segments.assign(frame).map(order)
    return frame


def model_columns(extra=()):
    """Columns handed to the model."""
    return [*core.MODEL_COLUMNS, *extra]


def with_previous_score(frame, scores):
    """Join the score of the last run: customers stay at risk for some months."""
    last = scores[[core.ID_COLUMN, "score"]].rename(columns={"score": "previous_score"})
    frame = frame.merge(last, on=core.ID_COLUMN, how="left")
    frame["previous_score"] = frame["previous_score"].fillna(0.0)
    return frame
