"""The sign-in form: an account without membership of this tenant is refused like a wrong password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils import timezone

from kernel.accounts.models import Membership, User


class SignInForm(AuthenticationForm):
    username = forms.CharField(
        label="账号",
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": "账号或密码不对，或该账号不在本机制任职。连续五次不对将锁定一刻钟。",
        "inactive": "该账号已停用，请联系本机制办公室。",
    }

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        tenant = self.request.tenant  # type: ignore[union-attr]
        if not isinstance(user, User) or not (
            Membership.objects.in_force(timezone.localdate())
            .filter(user=user, tenant_id=tenant.pk)
            .exists()
        ):
            # Counted like a wrong password, or the lock would tell that it was the right one.
            user_login_failed.send(
                sender=__name__,
                credentials={"username": user.get_username()},
                request=self.request,
            )
            raise ValidationError(self.error_messages["invalid_login"], code="invalid_login")
