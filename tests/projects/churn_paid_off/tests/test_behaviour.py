"""What the retention desk may rely on, whatever the data of the month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import columns, modelling, registry


def rows_and_model(folder):
    _, model = registry.load_production(folder / "registry/models", folder / "registry/production.json")
    return pd.read_parquet(folder / "data/split/test.parquet"), model


def test_more_tickets_never_lower_the_score(finished):
    rows, model = rows_and_model(finished)
    more = rows.assign(tickets_3m=rows["tickets_3m"] + 2)
    assert (modelling.predict(model.pipeline, more) >= modelling.predict(model.pipeline, rows) - 1e-12).all()


def test_the_order_of_rows_does_not_matter(finished):
    rows, model = rows_and_model(finished)
    reverse = modelling.predict(model.pipeline, rows.iloc[::-1])[::-1]
    np.testing.assert_array_equal(modelling.predict(model.pipeline, rows), reverse)


def test_an_unseen_region_is_still_scored(finished):
    rows, model = rows_and_model(finished)
    scores = modelling.predict(model.pipeline, rows.assign(region="islands"))
    assert np.isfinite(scores).all()


def test_identity_is_no_input():
    assert columns.CUSTOMER not in columns.INPUTS
    assert columns.MONTH not in columns.INPUTS
