"""施工许可清单: the list of construction permits a housing, transport or water department has issued."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from core import money
from core.spreadsheets import Column, Layout, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.values import Cleaner
from core.staging import stage
from organizations.enums import Industry, RegionLevel, Role
from organizations.models import Region
from projects.enums import Category
from projects.imports.base import Outcome, SheetImport
from projects.models import ListedPermit
from projects.permissions import can_load_permits

EARLIEST = date(2000, 1, 1)
FEWEST_DIGITS = 3  # 建施〔2026〕1号 has five; a word alone is no number
_WAN = re.compile(r"万元?$")
_CATEGORIES = {
    "房建": Category.BUILDING,
    "房屋建筑": Category.BUILDING,
    "房建工程": Category.BUILDING,
    "建筑工程": Category.BUILDING,
    "住宅": Category.BUILDING,
    "市政": Category.MUNICIPAL,
    "市政工程": Category.MUNICIPAL,
    "市政基础设施": Category.MUNICIPAL,
    "市政基础设施工程": Category.MUNICIPAL,
    "公路": Category.HIGHWAY,
    "铁路": Category.RAILWAY,
    "水利": Category.HYDRAULIC,
    "水利工程": Category.HYDRAULIC,
}


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def fitting(field: str, cleaner: Cleaner = clean.text) -> Cleaner:
    """What is longer than its field is refused at its cell, never cut."""
    limit = ListedPermit._meta.get_field(field).max_length

    def cleaned(raw) -> str:
        text = cleaner(raw)
        if len(text) > limit:
            raise ValidationError(f"共 {len(text)} 个字，最多 {limit} 个字，请缩短后再填写。", code="too_long")
        return text

    return cleaned


def permit_number(raw) -> str:
    number = fitting("number", clean.code)(raw)
    if number and sum(char.isdigit() for char in number) < FEWEST_DIGITS:
        raise ValidationError("不是施工许可证编号，请填写证书上的编号。", code="number")
    return number


permit_number.is_public = True  # as long as the number of an identity card, but nobody's own


def contract_sum(raw) -> Decimal | None:
    """Also in 万元, with more decimals than cents, when the cell says so; of the header see `_in_yuan`."""
    text = unicodedata.normalize("NFKC", clean.plain(raw)).replace(",", "").strip()
    if text in clean.BLANK_MARKS:
        return None
    if _WAN.search(text):
        return _number(_WAN.sub("", text)) * 10_000
    return _number(text.removesuffix("元"))


def _number(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,14}(?:\.\d+)?", text):
        raise ValidationError("不是金额，请填写不小于零的数字。", code="amount")
    return Decimal(text)


class PermitImport(SheetImport):
    kind = "permits"
    title = "施工许可清单"
    help = "每行一张施工许可证，至少有编号、工程名称、发证日期；重复上传不会重复登记，更正后的清单会更新。"
    order = 200
    home = ("施工许可比对", "projects:permit_comparison")
    next_step = ("查看比对结果", "projects:permit_comparison")
    roles = frozenset({Role.OFFICER, Role.INDUSTRY})
    columns = [
        Column(
            "number",
            "施工许可证编号",
            words("施工许可证号 施工许可编号 许可证编号 许可证号 施工许可证 证书编号 编号"),
            permit_number,
            required=True,
            help="按证书填写；空格、全半角、括号写法不同的视为同一编号",
        ),
        Column(
            "project_name",
            "工程名称",
            words("项目名称 建设项目名称 工程项目名称"),
            fitting("project_name"),
            required=True,
        ),
        Column(
            "issued_on",
            "发证日期",
            words("发放日期 核发日期 颁发日期 发证时间 许可日期 施工许可证发放日期 签发日期 批准日期"),
            clean.date,
            required=True,
            help="自次日起 10 个工作日内应纳入平台",
        ),
        Column(
            "region",
            "行政区划",
            words(
                "行政区划代码 区划代码 所在区县 所属区县 所属县区 县区 区县"
                " 所属地区 所在地区 地区 项目所在地 所在地 州市"
            ),
            clean.text,
            help="六位代码或地区名称；没有的，按许可证编号前六位、建设地点判断",
        ),
        Column("address", "建设地点", words("建设地址 工程地址 项目地址 工程地点"), fitting("address")),
        Column(
            "construction_unit",
            "建设单位",
            words("建设单位名称 业主单位 项目业主"),
            fitting("construction_unit"),
        ),
        Column(
            "contractor",
            "施工总承包单位",
            words("施工单位 总承包单位 总包单位 施工单位名称 施工企业 承包单位 施工总承包企业"),
            fitting("contractor"),
        ),
        Column(
            "contract_amount",
            "合同价款（元）",
            words("合同价格 合同金额 合同价 工程造价 中标价 工程合同价"),
            contract_sum,
            help="列名注明“万元”的，自动换算",
        ),
        Column(
            "category",
            "项目种类",
            words("工程类别 项目类别 工程分类 项目分类 工程类型"),
            clean.choice(Category.choices, _CATEGORIES),
        ),
        Column(
            "industry",
            "行业",
            words("行业主管 所属行业"),
            clean.choice(Industry.choices),
            help="没有的，按项目种类确定",
        ),
        Column("authority", "发证机关", words("发证单位 核发机关"), fitting("authority")),
    ]

    @classmethod
    def may_upload(cls, user) -> bool:
        return can_load_permits(user)

    def check_title(self, layout: Layout) -> None:
        """It belongs to no project."""

    def who(self, row: ParsedRow) -> str:
        return str(row.values.get("project_name") or "")

    def describe(self, row: ParsedRow) -> dict[str, str]:
        region = row.values.get("region")
        return super().describe(row) | {"行政区划": self.places.name(region) if region else ""}

    # --- checking ----------------------------------------------------------------------------------------------------

    def check(self, rows: list[ParsedRow]) -> None:
        self.today, self.places = timezone.localdate(), Places(self.by)
        for row in rows:
            self._check_day(row)
            self._in_yuan(row)
            self._find_place(row)
            self._find_industry(row)
        self._check_numbers([row for row in rows if row.values.get("number")])

    def _check_day(self, row: ParsedRow) -> None:
        day = row.values.get("issued_on")
        if day and day > self.today:
            self.refuse(row, "issued_on", "发证日期晚于今天，请核对。")
        elif day and day < EARLIEST:
            self.refuse(row, "issued_on", "请核对年份：日期早于 2000 年。")

    def _in_yuan(self, row: ParsedRow) -> None:
        amount = row.values.get("contract_amount")
        if amount is None:
            return
        sheet = next(sheet for sheet in self.found.sheets if sheet.name == row.sheet)
        header = sheet.headers.get(sheet.mapping["contract_amount"], "")
        amount = amount * 10_000 if "万" in header else amount
        try:
            row.values["contract_amount"] = money.parse_amount(amount.quantize(Decimal("0.01"))) or None
        except ValidationError as error:
            self.refuse(row, "contract_amount", " ".join(error.messages))

    def _find_place(self, row: ParsedRow) -> None:
        told = row.values.get("region") or ""
        code = self.places.find(told, row.values.get("number") or "", row.values.get("address") or "")
        if code is None:
            hint = f"{self.places.own_name}没有“{told[:20]}”，或有多个同名地区" if told else "看不出所在地区"
            self.refuse(row, "region", f"{hint}，请填写六位行政区划代码。")
        elif not self.places.is_own(code):
            self.refuse(row, "region", f"{self.places.name(code)}不在{self.places.own_name}，请由当地部门载入。")
        else:
            row.values["region"] = code

    def _find_industry(self, row: ParsedRow) -> None:
        told, category = row.values.get("industry"), row.values.get("category")
        own = self.by.industry if self.by else None
        found = told or (Category(category).industry if category else own or Industry.HOUSING)
        if own and found != own:
            field = "industry" if told else "category"
            self.refuse(row, field, f"属于“{Industry(found).label}”行业，请由该行业主管部门载入。")
        row.values["industry"] = found

    def _check_numbers(self, rows: list[ParsedRow]) -> None:
        first: dict[str, ParsedRow] = {}
        keys = permit_keys(row.values["number"] for row in rows)
        for row, key in zip(rows, keys, strict=True):
            earlier = first.setdefault(key, row)
            if earlier is not row:
                sheet = "" if earlier.sheet == row.sheet else f"工作表“{earlier.sheet}”"
                self.refuse(row, "number", f"与{sheet}第 {earlier.row} 行是同一张许可证，只保留一行。")
        for key in self._foreign(list(first)):
            self.refuse(first[key], "number", "该编号已在另一地区或行业的清单中，请核对编号和所在地。")

    def _foreign(self, keys: list[str]) -> set[str]:
        """Those on record where the uploader has no say: their rows must not be rewritten."""
        if self.by is None:
            return set()
        known = dict(_known(keys))
        own = ListedPermit.objects.visible_to(self.by).filter(pk__in=known.values()).values_list("pk", flat=True)
        return {key for key, pk in known.items() if pk not in set(own)}

    # --- writing -----------------------------------------------------------------------------------------------------

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        stage("permits_staging", _STAGING, ([row.values.get(name) for name in _STAGING] for row in rows))
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, {"by": self.by.pk if self.by else None, "now": timezone.now()})
            created = [is_new for (is_new,) in cursor.fetchall()]
        return Outcome(sum(created), len(created) - sum(created), len(rows) - len(created))


def permit_keys(numbers: Iterable[str]) -> list[str]:
    """Folded as the database folds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permit_key(number) FROM unnest(%s::text[]) WITH ORDINALITY AS t(number, place) ORDER BY place",
            [list(numbers)],
        )
        return [key for (key,) in cursor.fetchall()]


def _known(keys: list[str]) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permit_key(number), id FROM projects_listedpermit WHERE permit_key(number) = ANY(%s)", [keys]
        )
        return cursor.fetchall()


class Places:
    """Regions by code and by name, and which of them the uploader may load a list for."""

    def __init__(self, by):
        self.prefix = by.region.prefix if by else settings.PROVINCE_CODE[: RegionLevel.PROVINCE]
        self.own_name = f"{by.region.name}辖区" if by else "本省"
        rows = Region.objects.select_related("parent__parent").filter(level__gte=RegionLevel.PROVINCE)
        self.by_code = {region.code: region for region in rows}
        self.by_name: dict[str, set[str]] = {}
        for region in self.by_code.values():
            if region.valid_to is None and self.is_own(region.code):
                for name in {region.name, region.full_name, _below_province(region)}:
                    self.by_name.setdefault(name, set()).add(region.code)

    def is_own(self, code: str) -> bool:
        return code.startswith(self.prefix)

    def name(self, code: str) -> str:
        return self.by_code[code].name

    def find(self, told: str, number: str, address: str) -> str | None:
        """What is told, else what the number begins with, else what the address names; the last county it names."""
        if told:
            return told if told in self.by_code else self._only(self.by_name.get(told.replace(" ", ""), set()))
        code = re.search(r"\d{6}", number)
        if code and code[0] in self.by_code:
            return code[0]
        named = {name: codes for name, codes in self.by_name.items() if name in address and len(codes) == 1}
        return self._only({code for name in sorted(named, key=len)[-1:] for code in named[name]})

    @staticmethod
    def _only(codes: set[str]) -> str | None:
        return next(iter(codes)) if len(codes) == 1 else None


def _below_province(region: Region) -> str:
    """临沧市临翔区: as lists of a province write it."""
    above = region.parent.name if region.level == RegionLevel.COUNTY and region.parent else ""
    return f"{above}{region.name}"


_STAGING = {
    "number": "varchar",
    "project_name": "varchar",
    "issued_on": "date",
    "region": "varchar",
    "address": "varchar",
    "construction_unit": "varchar",
    "contractor": "varchar",
    "contract_amount": "numeric",
    "category": "varchar",
    "industry": "varchar",
    "authority": "varchar",
}
# A list with fewer columns takes nothing away that an earlier one told. Set aside stays set aside.
_UPSERT = """
INSERT INTO projects_listedpermit AS known (
    number, project_name, issued_on, region_id, address, construction_unit, contractor, contract_amount, category,
    industry, authority, loaded_by_id, loaded_at, updated_at, set_aside_reason, set_aside_note
)
SELECT number, project_name, issued_on, region, coalesce(address, ''), coalesce(construction_unit, ''),
       coalesce(contractor, ''), contract_amount, coalesce(category, ''), industry, coalesce(authority, ''),
       %(by)s::bigint, %(now)s::timestamptz, %(now)s::timestamptz, '', ''
FROM permits_staging
ON CONFLICT (permit_key(number)) DO UPDATE SET
    number = excluded.number,
    project_name = excluded.project_name,
    issued_on = excluded.issued_on,
    region_id = excluded.region_id,
    industry = excluded.industry,
    address = coalesce(nullif(excluded.address, ''), known.address),
    construction_unit = coalesce(nullif(excluded.construction_unit, ''), known.construction_unit),
    contractor = coalesce(nullif(excluded.contractor, ''), known.contractor),
    contract_amount = coalesce(excluded.contract_amount, known.contract_amount),
    category = coalesce(nullif(excluded.category, ''), known.category),
    authority = coalesce(nullif(excluded.authority, ''), known.authority),
    updated_at = excluded.updated_at
WHERE (known.number, known.project_name, known.issued_on, known.region_id, known.industry)
          IS DISTINCT FROM
      (excluded.number, excluded.project_name, excluded.issued_on, excluded.region_id, excluded.industry)
   OR excluded.address NOT IN ('', known.address)
   OR excluded.construction_unit NOT IN ('', known.construction_unit)
   OR excluded.contractor NOT IN ('', known.contractor)
   OR excluded.contract_amount <> known.contract_amount
   OR excluded.contract_amount IS NOT NULL AND known.contract_amount IS NULL
   OR excluded.category NOT IN ('', known.category)
   OR excluded.authority NOT IN ('', known.authority)
RETURNING (known.xmax = 0)
"""
