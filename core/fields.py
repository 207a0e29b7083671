"""Model fields of the kernel: encrypted text, its blind index, money."""

from django.db import models

from core import crypto


class EncryptedField(models.BinaryField):
    """Text kept as SM4-GCM ciphertext (bytea), a plain `str` in Python. Never filter on it: use the blind index."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        return None if value is None else crypto.decrypt(value)

    def get_prep_value(self, value):
        if value is None or value == "":  # the ciphertext of nothing would pass for something in SQL
            return None
        if isinstance(value, (bytes, memoryview)):
            return value
        return crypto.encrypt(str(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        value = value if prepared else self.get_prep_value(value)
        return super().get_db_prep_value(value, connection, prepared=True)

    def to_python(self, value):
        return value

    def formfield(self, **kwargs):
        from django import forms

        return models.Field.formfield(self, **({"form_class": forms.CharField} | kwargs))

    def value_to_string(self, obj):
        raise TypeError("An encrypted value is not serialised in clear.")


class BlindIndexField(models.BinaryField):
    """HMAC-SM3 of another field of the same row, kept in step on save. `None` when the source is empty.

    Filter with `Model.objects.filter(id_number_index=crypto.blind_index(number))`.
    """

    def __init__(self, source: str = "", *args, **kwargs):
        self.source = source
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, instance, add):
        text = getattr(instance, self.source)
        value = crypto.blind_index(text) if text else None
        setattr(instance, self.attname, value)
        return value


class MoneyField(models.DecimalField):
    """Yuan to the cent, 16 digits in all (national standard: decimal(16,2))."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)
