"""server/openapi."""
