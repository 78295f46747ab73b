"""Damaged files thrown at the doors of kws: audio, configurations, models. Nothing may crash, hang, or lose sound."""
