"""The simulated key cabinet: a process of its own, standing below unmodified drivers on their own wires."""
