"""The report: what it tells, section by section, and the page and the PDF that it becomes."""
