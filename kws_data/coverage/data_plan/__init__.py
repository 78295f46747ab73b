"""A data plan: what data is wanted, of whom, on what terms and by when; and how far the catalogue is from it.

Start reading at ``plan.py``; ``document.py`` writes it, ``held.py`` holds the catalogue against it.
"""
