"""Mail: what is sent (message, templates, links), by what (transports), and when (outbox); and what comes back (webhooks)."""
