"""Drivers: each speaks to one kind of device through ``keycabinet.ports`` and knows nothing else."""
