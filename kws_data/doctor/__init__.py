"""What is wrong with this machine, a board, a microphone, and what to do.

May import: everything below the command line.
Start reading at ``findings.py``, then ``machine.py``, ``board.py``, ``sound.py``.
"""
