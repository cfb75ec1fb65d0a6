"""Speed and memory beside their goals: `python -m benchmarks` (make bench). Nothing of it is part of the product."""
