"""Read requests: bodies, forms, JSON, query parameters and the Prefer header."""
