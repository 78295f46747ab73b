"""The client of the spotter app, its generated C, and the firmware's detector bound on the host.

May import: ``link``, ``engine``, ``frontend`` and below.
Start reading at ``client.py`` (clips and streams to a board), ``sources.py`` (what is generated).
"""
