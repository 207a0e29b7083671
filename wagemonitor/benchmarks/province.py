"""The measured province: people, projects, parties and contracts by set-based SQL, the same at every run.

Ciphertexts and most blind indexes are stand-ins (nothing measured decrypts them); of `PROBES` they are real.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from core import crypto
from organizations.demo import make_people
from organizations.enums import OrganizationKind, RegionLevel
from organizations.models import Organization, User
from projects.models import Participation, Project
from wagemonitor.benchmarks.base import Scale
from wagemonitor.benchmarks.database import name_for
from wagemonitor.seed.copying import copy
from workers.models import BankCard, Engagement, LabourContract, Team, Worker
from workers.pinyin import search_text

ENTERED = date(2018, 3, 1)
MONTH = date(2019, 3, 1)  # of the measured attendance: no other month of the province is near
# A surname as often as it stands here; every given name is as likely as the next.
SURNAMES = (
    "王王王王王李李李李李张张张张刘刘陈陈杨杨赵黄周吴徐孙胡朱高林"
    "何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕普段毕鲁岩刀"
)
GIVEN = (
    "明华林峰军忠平云生才贵发兴伟强刚武宝东海波涛龙江英芳兰梅芬琼仙建国志文永春金福德光庆富正学自全顺祥丽秀凤桂小晓玉"
)
RARE, RARE_PINYIN = "爨翀", search_text("爨翀")
PHONE, LAST4 = "13987650017", "017X"
PROBES = (17, 18, 19)  # workers with the rare name and PHONE, LAST4; in small numbers, as in life

_STANDINS = {
    "id_number": "%(cipher)s::bytea",
    "id_number_index": "sha256(convert_to('id' || i, 'UTF8'))",
    "phone": "%(cipher)s::bytea",
    "phone_index": "sha256(convert_to('phone' || i, 'UTF8'))",
}
_WORKERS = """
FROM (
    SELECT i, abs(hashint8(i)) AS a, abs(hashint8(i * 7 + 1)) AS b, abs(hashint8(i * 13 + 2)) AS c,
        abs(hashint8(i * 31 + 3)) %% 5 = 0 AS is_short
    FROM generate_series(1, %(workers)s) AS i
) AS n
JOIN syllables AS s ON s.kind = 's' AND s.place = a %% %(surnames)s
JOIN syllables AS g ON g.kind = 'g' AND g.place = b %% %(givens)s
JOIN syllables AS h ON h.kind = 'g' AND h.place = c %% %(givens)s
ORDER BY i
"""
_PEOPLE = "FROM workers_worker AS w JOIN generate_series(1, %(workers)s) AS i ON i = w.id"


class Province:
    def __init__(self, scale: Scale, *, keep: bool = False, reuse: bool = False):
        self.scale, self.keep, self.reuse = scale, keep, reuse
        self.database = name_for(scale.name)

    @cached_property
    def officer(self) -> User:
        return User.objects.select_related("organization__region").get(username="province")

    @cached_property
    def county(self) -> User:
        return User.objects.select_related("organization__region").get(username="county")

    @property
    def of_a_roster(self) -> Project:
        """A project without people, for sheets."""
        return Project.objects.unscoped("measured").get(pk=self.scale.projects)

    def fill(self) -> None:
        call_command("setup", verbosity=0)
        make_people()
        with transaction.atomic():
            contractors = _contractors(self.scale)
            with without_history(Project, Participation, Team, Worker, BankCard, Engagement, LabourContract):
                self._projects(contractors)
                self._people()
        analyse()

    def _projects(self, contractors: list[int]) -> None:
        params = {"projects": self.scale.projects, "contractors": contractors, "county": RegionLevel.COUNTY}
        series = "FROM generate_series(1, %(projects)s) AS i"
        counties = "SELECT array_agg(code ORDER BY code) FROM organizations_region"
        counties += " WHERE level = %(county)s AND code LIKE '53%%'"
        place = f"(SELECT c[1 + i %% cardinality(c)] FROM ({counties}) AS p(c))"
        kinds = "(ARRAY['housing', 'transport', 'water'])[1 + i %% 3]"
        insert(
            Project,
            {
                "id": "i",
                "code": "'5300002018' || lpad(i::text, 6, '0')",
                "name": "'第' || i || '标段' || (ARRAY['住宅', '公路', '水库', '学校', '医院'])[1 + i %% 5] || '工程'",
                "category": "'01'",
                "industry": kinds,
                "region_id": place,
                "jurisdiction_id": place,
                "status": "'002'",
                "supervised_from": f"DATE '{ENTERED}' - i %% 300",
                "contract_start_on": f"DATE '{ENTERED}' - i %% 300",
            },
            series,
            params,
        )
        insert(
            Participation,
            {
                "project_id": "i",
                "organization_id": "(%(contractors)s::bigint[])[1 + i %% cardinality(%(contractors)s::bigint[])]",
                "participant_type": "'007'",
                "is_lead": "true",
                "entered_on": f"DATE '{ENTERED}'",
            },
            series,
            params,
        )
        insert(Team, {"id": "i", "project_id": "i", "name": "'钢筋班'"}, series, params)

    def _people(self) -> None:
        _syllables()
        params = {
            "workers": self.scale.workers, "surnames": len(SURNAMES), "givens": len(GIVEN),
            "cipher": crypto.encrypt("530902199001010010"), "last": self.scale.projects - 1,
        }  # fmt: skip
        insert(Worker, _worker(), _WORKERS, params)
        home = "1 + (i - 1) * %(last)s::bigint / %(workers)s"  # the last project stays empty
        engagement = {"id": "i", "project_id": home, "worker_id": "w.id", "team_id": home, "trade": "'060'"}
        engagement["entered_on"] = f"DATE '{ENTERED}' + i %% 300"
        insert(Engagement, engagement, _PEOPLE, params)
        card = {"worker_id": "w.id", "number": "%(cipher)s::bytea", "number_index": "sha256(w.id_number_index)"}
        card |= {"last4": "w.id_last4", "bank_name": "'中国农业银行'"}
        insert(BankCard, card, _PEOPLE + " AND i %% 20 > 0", params)
        contract = {"project_id": home, "engagement_id": "i", "signed_on": f"DATE '{ENTERED}'", "kind": "'1'"}
        contract |= {"starts_on": f"DATE '{ENTERED}'", "wage_method": "'day'", "wage_rate": "260"}
        insert(LabourContract, contract, _PEOPLE + " AND i %% 10 > 0", params)
        self._probes()

    def _probes(self) -> None:
        rows = Worker.objects.unscoped("measured")
        rows.filter(pk__in=PROBES).update(name=RARE, name_pinyin=RARE_PINYIN)
        rows.filter(pk=PROBES[0]).update(phone_index=crypto.blind_index(PHONE), id_last4=LAST4)


def _worker() -> dict[str, str]:
    last = "CASE WHEN is_short THEN '' ELSE {} END"
    return _STANDINS | {
        "id": "i",
        "name": f"s.char || g.char || {last.format('h.char')}",
        "name_pinyin": f"s.reading || g.reading || {last.format('h.reading')} || ' ' || "
        f"left(s.reading, 1) || left(g.reading, 1) || {last.format('left(h.reading, 1)')}",
        "id_type": "'01'",
        "id_last4": "lpad((a %% 10000)::text, 4, '0')",
        "gender": "'0'",
        "birth_date": "DATE '1970-01-01' + b %% 10000",
        "ethnicity": "'汉'",
        "domicile_code": "'530902'",
        "native_place": "'云南临沧'",
        "address": "'临翔区世纪路' || i || '号'",
    }


def _contractors(scale: Scale) -> list[int]:
    wanted = [
        Organization(kind=OrganizationKind.ENTERPRISE, name=f"云南第{number}建设工程有限公司")
        for number in range(1, max(2, scale.projects // 10))
    ]
    return [unit.pk for unit in Organization.objects.bulk_create(wanted)]


def _syllables() -> None:
    """How each character reads, as a surname or in a given name."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE syllables (kind text, place int, char text, reading text) ON COMMIT DROP")
    rows = [("s", place, char, _reading(f"{char}一").removesuffix("yi")) for place, char in enumerate(SURNAMES)]
    rows += [("g", place, char, _reading(f"王{char}").removeprefix("wang")) for place, char in enumerate(GIVEN)]
    copy("syllables", ["kind", "place", "char", "reading"], rows)


def _reading(name: str) -> str:
    return search_text(name).split()[0]


# --- set-based -------------------------------------------------------------------------------------------------------


def insert(model: type[models.Model], expressions: dict[str, str], source: str, params: dict) -> int:
    """INSERT … SELECT of these SQL expressions; what they leave out is the field's default or blank."""
    given, values = dict(expressions), dict(params)
    for field in model._meta.concrete_fields:
        if field.column not in given and not (field.null or field.generated or field.primary_key or _by_itself(field)):
            given[field.column], values[f"_{field.column}"] = f"%(_{field.column})s", _default(field)
    columns = ", ".join(f'"{name}"' for name in given)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {', '.join(given.values())} {source}", values)
        count = cursor.rowcount
        if "id" in expressions:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    return count


def _by_itself(field: models.Field) -> bool:
    return field.db_default is not models.NOT_PROVIDED


def _default(field: models.Field):
    value = field.get_default()
    if isinstance(field, (models.DateTimeField, models.DateField)) and value is None:
        return timezone.now()
    return value if isinstance(value, (str, bool, int, Decimal, date)) else field.get_prep_value(value)


@contextmanager
def without_history(*tables: type[models.Model]) -> Iterator[None]:
    """The province is as old as itself; its making needs no record of half a million rows."""
    for act in ("DISABLE", "ENABLE"):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in tables:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} {act} TRIGGER USER")
        if act == "DISABLE":
            yield


def analyse(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")
