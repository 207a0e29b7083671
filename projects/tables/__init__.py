from projects.tables.projects import (
    EXPORT_HEADERS,
    ProjectTable,
    add_completeness,
    add_filing,
    contractor_name,
    export_row,
    with_rows,
)

__all__ = [
    "EXPORT_HEADERS",
    "ProjectTable",
    "add_completeness",
    "add_filing",
    "contractor_name",
    "export_row",
    "with_rows",
]
