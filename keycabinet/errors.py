"""What can break, by fault. Every one is also the builtin that fits, so that a caller may catch either."""


class KeycabinetError(Exception):
    """Raised for every fault that keycabinet names; catch it only to show its message to a person."""


class ConfigError(KeycabinetError, ValueError):
    """Raised when a setting or a file that a person prepares is missing, unknown, out of bounds or open to others."""


class StoreError(KeycabinetError, OSError):
    """Raised when the store cannot be opened, read or written, or holds what it must not; nothing was written then."""
