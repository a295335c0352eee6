"""Whoever receives what cabinets publish: stores it, says so with receipts, and knows what is the matter.

Reading order: inbox.py (what a message is worth), shelf.py (what is stored), picture.py, receiver.py.
"""
