"""Measurements of this machine, always against a named baseline: one module a part of ``kws bench``."""
