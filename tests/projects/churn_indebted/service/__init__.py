"""HTTP service of the churn score."""
