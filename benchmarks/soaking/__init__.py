"""The parts of `soak.py`: conversations with known answers, the bridge as a process, and what it holds."""
