from django import forms
from django.core.exceptions import ValidationError

from core.forms import PortalForm
from workers.pins import DIGITS, check_pin


def _pin_field(label: str, autocomplete: str, **options) -> forms.CharField:
    keys = {"inputmode": "numeric", "autocomplete": autocomplete, "maxlength": DIGITS}
    return forms.CharField(label=label, strip=True, widget=forms.PasswordInput(attrs=keys), **options)


class PinForm(PortalForm):
    """The first time the one-time password was just typed; later the old digits are asked for."""

    old = _pin_field("现在的密码", "current-password")
    pin = _pin_field(f"新密码（{DIGITS} 位数字）", "new-password", help_text="自己记得住、别人猜不到的数字。")
    again = _pin_field("再输一次新密码", "new-password")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if user.must_change_password:
            del self.fields["old"]

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise ValidationError("现在的密码不对。")
        return self.cleaned_data["old"]

    def clean_pin(self) -> str:
        pin = self.cleaned_data["pin"]
        check_pin(pin, self.user)
        if self.user.check_password(pin):
            raise ValidationError("新密码不能和现在的一样。")
        return pin

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("pin", self.cleaned_data["again"]):
            raise ValidationError("两次输入的不一样。")
        return self.cleaned_data["again"]
