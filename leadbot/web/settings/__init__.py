"""Pages of the company's settings."""
