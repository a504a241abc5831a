"""The inbox on the engine: lists, search and exports of leads, with the domain's manners."""
