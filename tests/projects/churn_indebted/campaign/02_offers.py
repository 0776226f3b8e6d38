"""Autumn campaign, second: give everybody an offer."""

import pandas as pd

OFFERS = "/home/jpinto/campaign/offers_autumn.xlsx"


def main():
    """Join the chosen customers with the offers of marketing."""
    chosen = pd.read_csv("data/processed/campaign/selected.csv")
    offers = pd.read_excel(OFFERS)
    chosen.merge(offers, on="region", how="left").to_csv("data/processed/campaign/letters.csv", index=False)


if __name__ == "__main__":
    main()
