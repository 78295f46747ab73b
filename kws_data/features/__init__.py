"""Features computed once and for all: recipe, store, workers, and the arrays that training opens. The store is a file
format of its own with an index and seeds by hash; it earns that at millions of clips (kws_data/docs/scale.md).

May import: ``augment``, ``catalog``, ``system`` and below.
Start reading at ``recipe.py`` (what shapes a feature), ``build.py`` (computing what lacks).
"""
