"""``kws search``: shapes and front ends within measured limits, by successive halving."""
