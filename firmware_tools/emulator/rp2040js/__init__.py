"""A board in rp2040js: what runs in Node.

No Python here: ``board.mjs`` is started by ``emulator.rp2040``.
"""
