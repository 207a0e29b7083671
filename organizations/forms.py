import re

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.forms import IdNumberInput, PortalForm, PortalFormMixin
from core.identity import check_phone
from organizations import lockout
from organizations.enums import ROLE_KINDS, Role
from organizations.models import Organization, User

THROTTLED = "密码错误的次数太多，请明天再试；着急的请找工地的劳资专管员重新发放密码。"
ONE_TIME_OVER = "这个一次性密码已经过期，请找工地的劳资专管员重新发放。"


class LoginForm(PortalFormMixin, AuthenticationForm):
    """A worker may use it as well: whoever types an ID number is treated as on the page for workers."""

    error_messages = {
        "invalid_login": "用户名或密码不正确。连续 5 次错误将锁定 30 分钟。",
        "inactive": "该账号已停用，请联系系统管理员。",
    }
    labels = {"username": "用户名", "password": "密码"}

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        for name, label in self.labels.items():
            self.fields[name].label = label

    def clean(self):
        if self.is_worker(self.cleaned_data.get("username", "")):
            self.request.is_worker_login = True
            name = self.cleaned_data["username"] = lockout.worker_login_name(self.cleaned_data["username"])
            if lockout.is_throttled(name, self._address):
                raise ValidationError(THROTTLED, code="throttled")
        return super().clean()

    def is_worker(self, typed: str) -> bool:
        return lockout.is_id_number(typed)

    def get_invalid_login_error(self) -> ValidationError:
        if getattr(self.request, "is_worker_login", False):
            lockout.count_wrong(self.cleaned_data["username"], self._address)
        return super().get_invalid_login_error()

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if user.one_time_until and user.one_time_until < timezone.now():
            raise ValidationError(ONE_TIME_OVER, code="one_time_over")

    @property
    def _address(self) -> str:
        return self.request.META.get("REMOTE_ADDR") or ""

    @property
    def login_name(self) -> str:
        """For the log: never what a worker typed."""
        typed = self.data.get("username", "")
        if not self.is_worker(typed):
            return typed[:50]
        return getattr(self, "cleaned_data", {}).get("username") or lockout.worker_login_name(typed)


class WorkerLoginForm(LoginForm):
    """For people who have an ID card and a telephone, and no user name."""

    error_messages = LoginForm.error_messages | {
        "invalid_login": "身份证号码或密码不对，请再试一次。连续错 5 次，要等 30 分钟。忘记密码请找工地的劳资专管员。",
    }
    labels = {"username": "身份证号码", "password": "密码"}

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.fields["username"].widget = IdNumberInput(attrs={"autocomplete": "username", "autofocus": True})
        self.fields["password"].widget.attrs |= {"inputmode": "numeric"}

    def is_worker(self, typed: str) -> bool:
        """Foreign papers have numbers of any form."""
        return bool(typed.strip())


class PasswordChangeForm(PortalForm):
    old_password = forms.CharField(
        label="当前密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new_password = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 位，不能全为数字，不能与用户名、姓名相近，不能是常见密码。",
    )
    again = forms.CharField(
        label="再次输入新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, user: User, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self) -> str:
        if not self.user.check_password(self.cleaned_data["old_password"]):
            raise ValidationError("当前密码不正确。")
        return self.cleaned_data["old_password"]

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        if self.user.check_password(password):
            raise ValidationError("新密码不能与当前密码相同。")
        return password

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("new_password", self.cleaned_data["again"]):
            raise ValidationError("两次输入的新密码不一致。")
        return self.cleaned_data["again"]


class UserForm(PortalForm):
    username = forms.CharField(label="用户名", max_length=50, help_text="登录用，字母和数字，如 clerk0032")
    name = forms.CharField(label="姓名", max_length=50)
    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *((role.value, role.label) for role in Role if ROLE_KINDS[role])]
    )
    organization = forms.CharField(label="单位", help_text="填写单位全称或统一社会信用代码")
    phone = forms.CharField(label="手机", max_length=20, required=False)

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].lower()
        if not re.fullmatch(r"[a-z][a-z0-9_.-]{2,}", username):
            raise ValidationError("用户名以字母开头，只用字母、数字和 . _ -，至少 3 位。")
        if User.objects.filter(username=username).exists():
            raise ValidationError("该用户名已被使用，请换一个。")
        return username

    def clean_organization(self) -> Organization:
        text = self.cleaned_data["organization"].strip()
        found = list(Organization.objects.filter(uscc=text)[:1] or Organization.objects.filter(name=text)[:2])
        if len(found) != 1:
            raise ValidationError(
                "有多个同名单位，请改填统一社会信用代码。" if found else "没有这个单位，请核对全称或代码。"
            )
        return found[0]

    def clean(self):
        unit, role = self.cleaned_data.get("organization"), self.cleaned_data.get("role")
        if unit and role and unit.kind not in ROLE_KINDS[Role(role)]:
            self.add_error("role", f"{unit.get_kind_display()}的人员不能担任{Role(role).label}。")
        return super().clean()
