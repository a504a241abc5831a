"""The PostgREST-style engine: a query string -> a tree (grammar) -> parameterised SQL, by what the catalogue knows (statement).

Values are parameters, numbered as the grammar meets them; identifiers and types come from the catalogue. What is left of a
query without its values is its shape: equal shapes give the same text, which stays prepared.
"""
