"""Families of models, one file each: functions of (settings, input shape, number of labels) that end in a dense layer
``logits`` and a softmax. What is built is trained; ``folding.deploy`` makes of it what is exported.

May import: ``config``, ``system``, ``firmware_tools``.
Start reading at ``registry.py`` (by name), ``tenet.py`` (one family).
"""
