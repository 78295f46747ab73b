"""A bundle as a package for other people's frameworks: Arduino, PlatformIO, ESP-IDF, Zephyr, CMake, ESPHome.

May import: what ``deploy`` may. Start reading at ``write.py``; what is the same for all bundles lies in
``files``.
"""
