"""The register's search over everybody, as an officer of the province types it."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import crypto
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Ratio, Within
from wagemonitor.benchmarks.province import LAST4, PHONE, RARE
from workers import selectors
from workers.models import Engagement

# key, what is typed, how it reads in the table; the condition is what a bare query would ask of the same indexes
NAME = "string_to_array(w.name, NULL) @> string_to_array('{0}', NULL) AND strpos(w.name, '{0}') > 0"
TERMS = {
    "one": ("陈", "一个字的姓", NAME.format("陈")),
    "common": ("王明", "两字，常见", NAME.format("王明")),
    "rare": (RARE, "两字，罕见", NAME.format(RARE)),
    "three": ("李建国", "三字", NAME.format("李建国")),
    "initials": ("ljg", "拼音首字母", "w.name_pinyin LIKE '%ljg%'"),
    "two_initials": ("cc", "两个首字母", "(w.name_pinyin LIKE 'cc%' OR w.name_pinyin LIKE '% cc%')"),
    "last4": (LAST4, "证件号后四位", f"w.id_last4 = '{LAST4}'"),
    "phone": (PHONE, "手机号", f"w.phone_index = '\\x{crypto.blind_index(PHONE).hex()}'"),
}
BARE = """
SELECT e.id, e.entered_on, w.name, w.id_last4, p.name,
    (SELECT c.id FROM workers_labourcontract AS c WHERE c.engagement_id = e.id LIMIT 1) IS NOT NULL,
    (SELECT b.last4 FROM workers_bankcard AS b WHERE b.worker_id = w.id AND b.is_current)
FROM workers_engagement AS e JOIN workers_worker AS w ON w.id = e.worker_id
JOIN projects_project AS p ON p.id = e.project_id
WHERE {condition} AND p.jurisdiction_id LIKE '53%'
ORDER BY e.id DESC LIMIT 51
"""


def browser(user) -> Client:
    """Logged in; every page goes through all middleware and its real template."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def visit(client: Client, address: str) -> Callable[[], None]:
    def run() -> None:
        response = client.get(address)
        assert response.status_code == 200, response.status_code

    return run


def bare(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    return run


def paginated(queryset) -> Callable[[], None]:
    """What a page costs with the pages Django brings: it counts, and skips to the page."""

    def run() -> None:
        paginator = Paginator(queryset.all(), 50)
        list(paginator.page(1).object_list), paginator.count

    return run


class Search(Benchmark):
    name, order, unit = "search", 30, "page"
    title = "全省工人检索"
    promises = tuple(
        promise
        for key in TERMS
        for promise in (Within(0.3, of=key), Ratio(f"{key}_bare", of=key), Ratio(f"{key}_pages", of=key))
    )

    notes = ("本平台为整个页面：权限、查询、封顶的总数、模板。直接查询只取首页的行，Paginator 取行和总数，都不渲染。",)

    def contestants(self) -> list[Contestant]:
        client, address = browser(self.province.officer), reverse("workers:worker_list")
        found = []
        for key, (text, label, condition) in TERMS.items():
            people = Engagement.objects.unscoped("measured").filter(project__jurisdiction__code__startswith="53")
            rows = selectors.with_rows(selectors.matching(people, text)).order_by("-id")
            statement = BARE.format(condition=condition)
            found += [
                Contestant(key, f"检索：{label}", OURS, 1, visit(client, f"{address}?q={text}")),
                Contestant(f"{key}_bare", "直接查询", LIMIT, 1, bare(statement)),
                Contestant(f"{key}_pages", "Paginator", PEER, 1, paginated(rows)),
            ]
        for one in found:
            one.run()  # the first request compiles templates, the first query reads the disk
        return found
