"""The configuration: the only reader of cabinet.toml, and of the environment.

``load(locate(option))`` gives a ``Config``, or raises a ``ConfigError`` that lists every mistake with its line.
"""

from keycabinet.config.devices import ConfiguredDevice
from keycabinet.config.faults import Fault, FaultsFound
from keycabinet.config.load import Config, load, load_in_its_folder, locate

__all__ = ["Config", "ConfiguredDevice", "Fault", "FaultsFound", "load", "load_in_its_folder", "locate"]
