"""A built data set in the layouts of other tools: one file a layout."""
