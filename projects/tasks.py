"""What a worker must know of this app: the jobs of large imports and merges."""

from projects.imports import background  # noqa: F401
from projects.services import merge  # noqa: F401
