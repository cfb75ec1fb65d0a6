"""Small servers to compare with: what the same work costs with nothing of ours around it."""
