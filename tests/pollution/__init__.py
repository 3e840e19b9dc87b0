"""Clean tables, and what people's programs do to them before they become files."""
