"""Templates of the HTML report: one include per page, one macro file per chart, style and script."""
