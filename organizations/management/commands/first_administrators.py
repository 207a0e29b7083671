from django.core.management import BaseCommand, CommandError
from django.db import transaction

from organizations import services
from organizations.enums import ADMINISTRATORS, OrganizationKind
from organizations.models import Organization, Region, User


class Command(BaseCommand):
    help = (
        "The first logins of an installation: its three administrators, each with a one-time password. "
        "Every other login is opened by the system administrator in the portal."
    )

    def add_arguments(self, parser):
        parser.add_argument("--unit", required=True, help="平台运行单位名称")
        parser.add_argument("--region", required=True, metavar="CODE", help="该单位的行政区划代码")
        for role in ADMINISTRATORS:
            parser.add_argument(f"--{role}", required=True, metavar="NAME", help=f"{role.label}姓名")

    @transaction.atomic
    def handle(self, *, unit: str, region: str, **options) -> None:
        if User.objects.filter(role__in=ADMINISTRATORS, is_active=True).exists():
            raise CommandError("已有管理员账号，其他账号请由系统管理员在“用户”中开通。")
        if not Region.objects.filter(code=region).exists():
            raise CommandError(f"没有行政区划代码 {region}。请先运行 setup，再核对代码。")
        operator, _ = Organization.objects.get_or_create(kind=OrganizationKind.OPERATOR, name=unit, region_id=region)
        for role in ADMINISTRATORS:
            facts = {"username": role.value, "name": options[role.value], "role": role}
            user, password = services.create_user(by=None, organization=operator, **facts)
            self.stdout.write(f"{user.username:10} {password}  {user}")
