"""Autumn campaign, first: choose whom to write to."""

import pandas as pd

PILOT = "data/reference/pilot_customers.csv"


def main():
    """Keep pilot customers with an address, and put the others aside."""
    pilot = pd.read_csv(PILOT, sep=",", on_bad_lines="skip")
    reachable = pilot[pilot["email"].notna()]
    reachable.to_csv("data/processed/campaign/selected.csv", index=False)
    pilot[pilot["email"].isna()].to_csv("data/processed/campaign/without_address.csv", index=False)
    reachable.groupby("region").first().to_csv("data/processed/campaign/regions_first.csv")
    reachable.drop_duplicates("region").to_csv("data/processed/campaign/one_each.csv", index=False)


if __name__ == "__main__":
    main()
