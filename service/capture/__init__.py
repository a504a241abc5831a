"""What a public form may hold."""
