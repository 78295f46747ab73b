"""Configurations that the bench damages: those that come with kws, and one that sets a bit of everything."""

from __future__ import annotations

from functools import cache

from kws_data.bench.damaged.case import Seed
from kws_data.config.load import shipped_configurations

GENERATED = """\
# a bit of everything
name: porch
seed: 3
keywords: [lights, "off", hey_jarvis]
data:
  source: synthetic
  record_train_clips: 0
  synth: {speakers: 12, takes: 2, other_words: [maybe, house]}
augment:
  copies: 2
  noise_probability: 0.5
model:
  channels: 12
  blocks: 2
train:
  epochs: 3
  batch: 64
threshold: {max_fpr: 0.02}
budget:
  model_bytes: 16384
  latency_ms: 200
device:
  board: emulated
  eval_clips: 10
"""


@cache
def yaml_seeds() -> tuple[Seed, ...]:
    """Shipped configurations as they are, and one made for the bench."""
    shipped = [Seed(f"{name}.yaml", path.read_bytes()) for name, path in shipped_configurations().items()]
    return (*shipped, Seed("generated.yaml", GENERATED.encode()))
