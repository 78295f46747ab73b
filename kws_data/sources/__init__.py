"""Where clips come from: one file a source. Each fills the catalogue and can be repeated."""
