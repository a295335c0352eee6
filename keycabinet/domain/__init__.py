"""Pure rules: the standard library and this folder, nothing else. No clock, no log, no chance, no I/O."""
