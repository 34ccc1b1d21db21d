"""Benchmarks on real servers; quote ratios from one run, machines are noisy."""
