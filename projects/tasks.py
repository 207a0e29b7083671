"""What a worker must know of this app: the jobs of large imports."""

from projects.imports import background  # noqa: F401
