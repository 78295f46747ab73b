"""Configurations and boards that come with kws; Python and the wheel know this folder as ``kws_configs``."""
