"""Call sheet of the day for the retention desk."""

import pandas as pd

MOST = 40


def main():
    """Take the customers at highest risk and print one line for each."""
    scores = pd.read_csv("data/processed/last_scores.csv")
    for row in scores.sort_values("score", ascending=False).head(MOST).itertuples():
        print(f"{row.customer_id}: {row.band}")


if __name__ == "__main__":
    main()
