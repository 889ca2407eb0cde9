"""Benchmarks: the published figures and the constants in the code come from them. Not part of the product."""
