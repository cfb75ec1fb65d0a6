"""The verbs of the house. A use case is a function, and its last line commits."""
