"""Families of models, by name: one file a family, each one function of (settings, input shape, number of labels).

Every model takes [frames, 1, features] floats (int8 / 128) and ends in a dense layer named ``logits`` and a softmax.
What is built is what is trained; :func:`deploy` makes of it what is exported, with branches folded.
"""

from __future__ import annotations

from kws_data.models.fold import deploy
from kws_data.models.registry import FAMILIES, Family, build_model, check_settings, family_files, find_family

__all__ = ["FAMILIES", "Family", "build_model", "check_settings", "deploy", "family_files", "find_family"]
