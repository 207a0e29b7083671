"""The import rule that import-linter's own contracts cannot say; configured in pyproject.toml."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicModules(Contract):
    """An app takes from another app only its public modules: never its views, forms, tables, tasks …"""

    apps = fields.ListField(subfield=fields.StringField())
    public = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        offences = [
            f"{importer} imports {imported} (line {self._line(graph, importer, imported)})"
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._is_private(importer, imported)
        ]
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def _is_private(self, importer: str, imported: str) -> bool:
        app, _, rest = imported.partition(".")
        own = importer.partition(".")[0]
        if own == app or own not in self.apps or app not in self.apps:
            return False
        return rest.partition(".")[0] not in self.public

    @staticmethod
    def _line(graph: ImportGraph, importer: str, imported: str) -> int:
        return graph.get_import_details(importer=importer, imported=imported)[0]["line_number"]

    def render_broken_contract(self, check: ContractCheck) -> None:
        for offence in check.metadata["offences"]:
            output.print_error(f"- {offence}", bold=False)
