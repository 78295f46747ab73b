"""The integer front end: parameters (spec), C constants (design, tables, emit), host build (host), reference.

Nothing is imported here, so that reading a configuration, which needs only ``frontend.spec``, stays fast.
"""
