"""An electronic key cabinet for a jail. Reading order: domain/events.py, domain/cabinet.py, controller.py."""
