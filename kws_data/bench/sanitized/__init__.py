"""The firmware's C on this machine under AddressSanitizer and UndefinedBehaviorSanitizer, given anything.

Start reading at ``bench.py``. ``compiler.py`` finds a compiler that has the sanitizers, ``networks.py`` makes a program
of random networks and of damaged models, ``programs.py`` those of the C files here: ``listener.c`` (samples, resets and
losses), ``app_port.c`` (the apps, a line full of commands and noise).
"""
