"""Pages in French and English: views, forms, templates, static files."""
