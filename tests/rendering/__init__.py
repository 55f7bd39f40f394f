"""Known trade tables, and what offices make of them: every layout, language and file format."""
