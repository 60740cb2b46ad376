"""Pages in French and English: views parse, run one action or query, and present."""
