"""The parts of `run.py`: a fake upstream, a load client, request shapes, servers to measure, and the table."""
