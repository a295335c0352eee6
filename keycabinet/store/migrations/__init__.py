"""Steps of the schema, forward only. A step is frozen once released and imports nothing of the program."""
