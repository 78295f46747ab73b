"""The hot loops in C; :mod:`kws_data.augment.native.library` builds and calls them."""
