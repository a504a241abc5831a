"""The thin Sanic service: what PostgreSQL decides, put on the wire."""
