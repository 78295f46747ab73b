"""One YAML file to typed, checked settings; one file a section.

May import: ``firmware_tools``, ``labels.py``, ``errors.py``.
Start reading at ``load.py`` (file to ``Config``), ``config.py`` (the whole), ``starter.py`` (what ``kws new`` writes).
"""
