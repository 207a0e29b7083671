from django.core.exceptions import ValidationError


class ServiceErrors:
    def refuse(self, error: ValidationError) -> None:
        """What a service refused, at the fields it names; what names none of ours stands above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)
