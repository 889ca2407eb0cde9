"""Measurements: what README and the code's constants rest on. Not part of the product."""
