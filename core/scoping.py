"""Who may see what, decided once.

A supervised model says by `scope_through` how it reaches the model that decides its visibility; that model (the
project, in the end) implements `visible_q(user)`. `Model.objects.visible_to(user)` follows the chain with
`IN (SELECT …)`, never with joins, so that a row is never doubled.

Inside a request (`guard()`), evaluating a query of a supervised model that said neither `visible_to(user)` nor
`unscoped("reason")` raises `UnscopedQuery`: forgetting is loud. Rows reached from an object that is already in scope
(`project.participations.all()`) are in scope themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models import Q

_guarded: ContextVar[bool] = ContextVar("scope_guarded", default=False)


class UnscopedQuery(Exception):
    """A supervised model was queried within a request without a word about who is asking."""


@contextmanager
def guard() -> Iterator[None]:
    token = _guarded.set(True)
    try:
        yield
    finally:
        _guarded.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Lift the guard for a block, for library code that queries by itself (uniqueness checks)."""
    _require_reason(reason)
    token = _guarded.set(False)
    try:
        yield
    finally:
        _guarded.reset(token)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ValueError("Say why this query needs no scope.")


class ScopedQuerySet(models.QuerySet):
    """Querysets of supervised models derive from this one."""

    _scope_said = False

    def visible_to(self, user) -> "ScopedQuerySet":
        """The rows this user may see; none for an anonymous or inactive one."""
        clone = self.filter(self.model.scope_q(user)) if user.is_active else self.none()
        clone._scope_said = True
        return clone

    def unscoped(self, reason: str) -> "ScopedQuerySet":
        _require_reason(reason)
        clone = self._chain()
        clone._scope_said = True
        return clone

    def _clone(self):
        clone = super()._clone()
        clone._scope_said = self._scope_said
        return clone

    def _check_scope(self) -> None:
        if _guarded.get() and not self._scope_said and "instance" not in self._hints:
            raise UnscopedQuery(f"{self.model.__name__}: say visible_to(user) or unscoped('reason').")

    def _fetch_all(self):
        if self._result_cache is None:
            self._check_scope()
        super()._fetch_all()

    def iterator(self, *args, **kwargs):
        self._check_scope()
        return super().iterator(*args, **kwargs)

    def exists(self):
        if self._result_cache is None:
            self._check_scope()
        return super().exists()

    def count(self):
        if self._result_cache is None:
            self._check_scope()
        return super().count()

    def aggregate(self, *args, **kwargs):
        self._check_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs):
        self._check_scope()
        return super().update(**kwargs)

    update.alters_data = True

    def delete(self):
        self._check_scope()
        return super().delete()

    delete.alters_data = True
    delete.queryset_only = True


class ScopedModel(models.Model):
    """A supervised model: `scope_through` names the relation that leads to visibility, or it overrides `scope_q`."""

    scope_through: str | None = None

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def scope_q(cls, user) -> Q:
        """The condition under which this user sees a row of this model."""
        if cls.scope_through is None:
            raise NotImplementedError(f"{cls.__name__} has neither scope_through nor a scope_q of its own.")
        target = _target(cls, cls.scope_through)
        visible = target._base_manager.filter(target.scope_q(user)).values("pk")
        return Q(**{f"{cls.scope_through}__in": visible})

    @classmethod
    def scope_chain(cls) -> list[type[models.Model]]:
        """The models from this one to the one that decides; raises FieldDoesNotExist for a broken link."""
        chain = [cls]
        while (through := chain[-1].scope_through) is not None:
            chain.append(_target(chain[-1], through))
        return chain

    def may_open_files(self, user) -> bool:
        """Whether somebody who sees this row may open the files that hang on it."""
        return True

    def may_reveal(self, user) -> bool:
        """Whether somebody who sees this row may ask for the encrypted values of it, and of what it leads to, in full.
        Nobody, unless the model says who."""
        return False

    def validate_unique(self, exclude=None):
        with unscoped("uniqueness is judged over all rows"):
            super().validate_unique(exclude=exclude)

    def validate_constraints(self, exclude=None):
        with unscoped("constraints are judged over all rows"):
            super().validate_constraints(exclude=exclude)


def _target(model: type[models.Model], path: str) -> type[models.Model]:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model
