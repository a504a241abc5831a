"""What is known without asking: whether an answer still stands, and what has just happened. The rules: docs/coherence.md."""
