"""server/pages."""
