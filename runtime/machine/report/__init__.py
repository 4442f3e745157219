"""From the results in the store to the report: tables, figures, the page and its data files."""
