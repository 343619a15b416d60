"""server/query_service."""
