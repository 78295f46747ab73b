"""What was made of whom: register of data sets, models and images, lineage, and forgetting a person.

May import: ``catalog``, ``features``, ``dataset`` and below. Start reading at ``register.py``, ``forget.py``.
"""
