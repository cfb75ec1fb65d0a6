"""Pages of imports, exports and erasure."""
