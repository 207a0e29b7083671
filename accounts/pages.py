"""What the pages of this app share with those of the apps above it."""

from accounts.tables import WaitingTable

__all__ = ["WaitingTable"]
