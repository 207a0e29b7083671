"""Lists over the whole province: everybody, filtered and sorted, and the projects."""

from django.core.paginator import Paginator
from django.urls import reverse

from core.pagination import PAGE_SIZE, capped_count, keyset_page
from projects import selectors as projects
from projects.tables import with_rows
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Ratio, Within
from wagemonitor.benchmarks.search import bare, browser, paginated, visit
from workers import selectors
from workers.filters import EngagementFilters

BARE = """
SELECT e.id, e.entered_on, e.exited_on, e.trade, w.name, w.id_last4, w.domicile_code, p.name,
    (SELECT c.id FROM workers_labourcontract AS c WHERE c.engagement_id = e.id LIMIT 1) IS NOT NULL,
    (SELECT b.last4 FROM workers_bankcard AS b WHERE b.worker_id = w.id AND b.is_current)
FROM workers_engagement AS e JOIN workers_worker AS w ON w.id = e.worker_id
JOIN projects_project AS p ON p.id = e.project_id
WHERE p.jurisdiction_id LIKE '53%' AND e.entered_on <= current_date
    AND (e.exited_on IS NULL OR e.exited_on >= current_date)
ORDER BY e.entered_on DESC, e.id DESC LIMIT 51
"""
BARE_PROJECTS = """
SELECT p.id, p.code, p.name, p.status, p.industry, p.supervised_from, r.name FROM projects_project AS p
JOIN organizations_region AS r ON r.code = p.jurisdiction_id
WHERE p.jurisdiction_id LIKE '53%' AND p.industry = 'transport' ORDER BY p.name, p.id LIMIT 51
"""
ORDER = ["-entered_on"]


class Lists(Benchmark):
    name, order, unit = "lists", 40, "page"
    title = "列表页：全省在场工人按进场日期排序、按行业筛选并按名称排序的项目"
    promises = (
        Within(0.3, of="people_view"),
        Ratio("people_pages", at_least=6, of="people"),
        Ratio("people_deep_pages", at_least=6, of="people_deep"),
        Ratio("people_keyset", at_least=0.8, of="people_rows"),
        Ratio("people_bare", of="people_view"),
        Within(0.3, of="projects_view"),
        Ratio("projects_bare", of="projects_view"),
        Ratio("projects_pages", of="projects_view"),
    )
    notes = ("“行与总数”的总数封顶于一万；直接查询是手写的 SQL；Paginator 只取行和总数，不渲染模板。",)

    def contestants(self) -> list[Contestant]:
        found = [*self._people(), *self._projects()]
        for one in found:
            one.run()
        return found

    def _people(self) -> list[Contestant]:
        officer = self.province.officer
        address = f"{reverse('workers:worker_list')}?state=on_site&sort=-entered_on"
        filters = EngagementFilters({"state": "on_site"})
        people = selectors.with_rows(filters.apply(selectors.engagements_for(officer)))
        ordered = people.order_by("-entered_on", "-id")
        middle = self._middle_cursor(people)
        return [
            Contestant("people_view", "工人列表页面", OURS, 1, visit(browser(officer), address)),
            Contestant("people_rows", "工人列表：行", OURS, 1, lambda: keyset_page(people, ORDER)),
            Contestant("people", "工人列表：行与总数", OURS, 1, lambda: _page(people)),
            Contestant("people_deep", "工人列表：中间一页的行与总数", OURS, 1, lambda: _page(people, middle)),
            Contestant("people_keyset", "同一查询，不翻页不计数", LIMIT, 1, lambda: list(ordered[:51])),
            Contestant("people_bare", "直接查询", LIMIT, 1, bare(BARE)),
            Contestant("people_pages", "Paginator 首页", PEER, 1, paginated(ordered)),
            Contestant("people_deep_pages", "Paginator 中间一页", PEER, 1, lambda: _middle(ordered)),
        ]

    def _middle_cursor(self, people) -> str:
        """Stands within the day on which the person in the middle entered."""
        place = people.count() // 2
        found = people.order_by("-entered_on", "-id")[place : place + 1].get()
        return keyset_page(people.filter(entered_on__lte=found.entered_on), ORDER, size=1).next

    def _projects(self) -> list[Contestant]:
        officer = self.province.officer
        address = f"{reverse('projects:project_list')}?industry=transport&sort=name"
        rows = with_rows(projects.projects_for(officer).filter(industry="transport")).order_by("name", "id")
        return [
            Contestant("projects_view", "项目列表页面", OURS, 1, visit(browser(officer), address)),
            Contestant("projects_bare", "项目：直接查询", LIMIT, 1, bare(BARE_PROJECTS)),
            Contestant("projects_pages", "项目：Paginator", PEER, 1, paginated(rows)),
        ]


def _page(people, cursor: str = "") -> None:
    """What the table asks of the database for one page."""
    capped_count(keyset_page(people, ORDER, cursor).queryset)


def _middle(ordered) -> None:
    paginator = Paginator(ordered.all(), PAGE_SIZE)
    list(paginator.page(paginator.num_pages // 2).object_list)
