"""Who is asking: passwords and second factors, tokens and API keys, and which of them hold no more."""
