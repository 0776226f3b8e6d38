"""HTML page for the monthly review."""

from churn import core, evaluation, explain, regions

PAGE = """<html><head><title>Churn review</title></head>
<body><h1>Churn review</h1><table>{rows}</table></body></html>
"""


def table_rows(values):
    """Table rows of a flat dictionary."""
    cells = []
    for name, value in values.items():
        shown = f"{value:.3f}" if isinstance(value, float) else str(value)
        cells.append(f"<tr><td>{name}</td><td>{shown}</td></tr>")
    return "\n".join(cells)


def html_summary(metrics):
    """Write the review page."""
    page = PAGE.format(rows=table_rows(metrics))
    target = core.REPORT_DIR / "review.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page)
    return target


def review(frame, truth, scores, model):
    """Metrics, bands, regions, reasons and page for one run."""
    metrics = evaluation.summary(truth, scores)
    metrics["customers"] = regions.customers_per_region(frame)
    metrics["reasons"] = explain.top_reasons(model)
    html_summary(metrics)
    return metrics
