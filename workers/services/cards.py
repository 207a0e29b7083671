"""工资卡: bound to one person, in use once, never silently taken from another."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit, crypto, identity
from projects.services import lock_open
from workers import bins
from workers.enums import CardKind
from workers.models import BankCard, Engagement, Worker
from workers.services import checks
from workers.services.people import mark_sites_of, refuse


def why_not_bind(worker: Worker, number: str, bank_name: str, *, by) -> dict[str, str]:
    """By field: no check digit, a card of another bank than named, a card that somebody else uses. Who that is, is
    told only to those who see them anyway, and masked."""
    if bins.issuer(number) and not identity.passes_luhn(number):
        return {"number": "银行卡号校验位不符，请对照银行卡核对。"}
    if problem := bins.contradicts(number, bank_name):
        return {"bank_name": problem}
    holder = holder_of(number, besides=worker)
    return {"number": _taken(holder, by)} if holder else {}


def holder_of(number: str, *, besides: Worker) -> Worker | None:
    cards = BankCard._base_manager.filter(number_index=crypto.blind_index(number), is_current=True)
    card = cards.exclude(worker=besides).select_related("worker").order_by("id").first()
    return card.worker if card else None


def _taken(holder: Worker, by) -> str:
    if not Worker.objects.visible_to(by).filter(pk=holder.pk).exists():
        return checks.CARD_TAKEN
    who = f"{checks.masked_holder(holder.name)}（证件号后四位 {holder.id_last4}）"
    return f"该卡已绑定 {who}。工资应发至本人银行卡；确属登记有误的，请先在该人员页解除绑定。"


@transaction.atomic
def bind(engagement: Engagement, *, number: str, by, bank_name: str = "", kind: str = CardKind.ORDINARY) -> BankCard:
    """The card wages go to from now on; the one before stays on record. Refused: a completed project, and by field
    what `why_not_bind` says."""
    lock_open(engagement.project)
    worker = Worker.objects.unscoped("of an engagement in scope").select_for_update().get(pk=engagement.worker_id)
    refuse(why_not_bind(worker, number, bank_name, by=by))
    index, now = crypto.blind_index(number), timezone.now()
    cards = BankCard._base_manager.filter(worker=worker)
    cards.filter(is_current=True).exclude(number_index=index).update(is_current=False, unbound_at=now)
    card = cards.filter(number_index=index).first() or BankCard(worker=worker, number=number, last4=number[-4:])
    if not card.is_current or card.pk is None:
        card.bound_at = now
    card.is_current, card.unbound_at, card.kind = True, None, kind
    card.bank_name = bank_name or card.bank_name or bins.issuer(number)
    card.save()
    mark_sites_of(worker)
    audit.record("card.bind", by=by, target=card, project=engagement.project.code, kind=kind)
    return card


@transaction.atomic
def unbind(card: BankCard, *, by, reason: str) -> BankCard:
    """Refused: a card that is not in use, no reason."""
    card = BankCard.objects.unscoped("the card is in scope").select_for_update(of=("self",)).get(pk=card.pk)
    if not card.is_current:
        raise ValidationError("该卡已停用。")
    if len(reason.strip()) < 2:
        raise ValidationError({"reason": "请填写解除绑定的原因。"})
    card.is_current, card.unbound_at = False, timezone.now()
    card.save(update_fields=["is_current", "unbound_at"])
    mark_sites_of(card.worker)
    audit.record("card.unbind", by=by, target=card, reason=reason.strip()[:200])
    return card
