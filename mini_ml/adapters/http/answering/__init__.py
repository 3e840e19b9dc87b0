"""Build responses: views, links, headers and problem documents."""
