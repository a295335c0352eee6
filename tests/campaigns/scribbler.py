"""Commits numbers to a bare SQLite file, says each one, and is made to die: ``scribbler.py <path> <synchronous>``."""

import os
import sqlite3
import sys

with sqlite3.connect(sys.argv[1], isolation_level=None) as connection:
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute(f"PRAGMA synchronous = {sys.argv[2]}")
    connection.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY)")
    for number in range(1, 21):
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        os.write(1, f"{number}\n".encode())
    os.kill(os.getpid(), 9)
