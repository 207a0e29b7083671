"""What people on site can show: certificates, training, insurance, posts, photos, appraisals; some cannot."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.db import connection
from PIL import Image, ImageDraw

from core import crypto
from wagemonitor.seed.copying import copy, execute
from wagemonitor.seed.fill import moment
from wagemonitor.seed.units import Units
from workers import services
from workers.enums import SPECIAL_TRADES, AppraisalKind, CertificateKind, Post, Trade
from workers.models import Engagement

PHOTOS = 60  # of the demo clerk's own people
CERTIFICATE = [
    "worker_id", "kind", "title", "trade", "number", "number_index", "issuer", "issued_on", "expires_on", "status",
    "created_at",
]  # fmt: skip

# The last three of a site that has people enough are its managers; one site in eight lacks one of them.
POSTS = """
WITH ranked AS (
    SELECT e.id, e.project_id, row_number() OVER (PARTITION BY e.project_id ORDER BY e.id DESC) AS place,
        count(*) OVER (PARTITION BY e.project_id) AS people
    FROM workers_engagement e WHERE NOT e.is_team_leader
)
UPDATE workers_engagement e SET trade = %(management)s, work_role = '10', post = (%(posts)s::text[])[r.place]
FROM ranked r WHERE r.id = e.id AND r.place <= 3 AND r.people >= 8 AND NOT (r.project_id %% 8 = 3 AND r.place = 2)
"""
LATE = """
UPDATE workers_engagement SET registered_at = registered_at + interval '17 days'
WHERE id %% 41 = 7 AND entered_on < %(today)s::date - 30
"""
CARD_KINDS = """
UPDATE workers_bankcard SET kind = CASE WHEN worker_id %% 5 < 3 THEN 'worker' ELSE 'social' END
WHERE worker_id %% 5 < 4
"""
TRAININGS = """
INSERT INTO workers_training (project_id, kind, name, held_on, hours, trainer, organization, place, description,
    created_at)
SELECT p.id, '003002', '进场三级安全教育', min(e.entered_on), 24, '', '项目部', '项目部会议室',
    '公司、项目、班组三级安全教育；工资支付权利和维权渠道告知', now()
FROM projects_project p JOIN workers_engagement e ON e.project_id = p.id GROUP BY p.id
"""
RECORDS = """
INSERT INTO workers_trainingrecord (training_id, project_id, engagement_id, passed, score)
SELECT t.id, t.project_id, e.id, e.id %% 37 <> 5, 70 + e.id %% 31
FROM workers_training t JOIN workers_engagement e ON e.project_id = t.project_id
WHERE e.id %% 17 <> 4
"""
INSURED = """
INSERT INTO workers_insurance (project_id, kind, insurer, number, starts_on, ends_on, created_at)
SELECT p.id, 'injury', r.name || '工伤保险经办机构', p.code, p.contract_signed_on, p.contract_signed_on + 900, now()
FROM projects_project p JOIN organizations_region r ON r.code = p.jurisdiction_id WHERE p.id %% 9 <> 2
"""


def fill(random: Random, today: date) -> None:
    posts = [str(post) for post in (Post.PROJECT_MANAGER, Post.SAFETY, Post.FOREMAN)]
    execute(POSTS, {"posts": posts, "management": str(Trade.MANAGEMENT)})
    execute(LATE, {"today": today})
    execute(CARD_KINDS)
    execute(TRAININGS)
    execute(RECORDS)
    execute(INSURED)
    copy("workers_certificate", CERTIFICATE, list(_certificates(random, today)))  # it asks, which a COPY forbids


def _certificates(random: Random, today: date) -> Iterator[tuple]:
    """Nine special-trade workers in ten have their certificate, one in twenty let it expire, as many will soon."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id, trade, post FROM workers_engagement ORDER BY id")
        people = cursor.fetchall()
    for worker, trade, post in people:
        if trade in SPECIAL_TRADES and random.random() < 0.93:
            days = random.choices([random.randint(40, 700), random.randint(1, 29), -20], weights=[18, 1, 1])[0]
            title = f"{Trade(trade).label}（建筑施工特种作业）"
            yield _certificate(random, worker, CertificateKind.SPECIAL, title, trade, today + timedelta(days=days))
        elif post:
            kind = CertificateKind.REGISTERED if post == Post.PROJECT_MANAGER else CertificateKind.SAFETY
            title = "注册建造师" if post == Post.PROJECT_MANAGER else "安全生产考核合格证（C 类）"
            yield _certificate(random, worker, kind, title, "", today + timedelta(days=random.randint(10, 900)))
        elif random.random() < 0.15:
            yield _certificate(random, worker, CertificateKind.SKILL, "职业技能等级证书（中级工）", trade, None)


def _certificate(random: Random, worker: int, kind: str, title: str, trade: str, expires: date | None) -> tuple:
    number = f"滇{random.choice('ABC')}{random.randrange(10**11):011d}"
    issued = expires - timedelta(days=730) if expires else date(2024, 5, 20)
    issued = min(issued, date(2026, 1, 1))
    return (
        worker, str(kind), title, str(trade), crypto.encrypt(number), crypto.blind_index(number),
        "云南省住房和城乡建设厅", issued, expires, "1", moment(issued),
    )  # fmt: skip


def photograph(random: Random, units: Units) -> None:
    """Drawn faces for the demo clerk's people, through the service that takes those of cameras."""
    clerk = units.users["clerk"]
    for engagement in _own_people(clerk):
        if random.random() < 0.85:
            services.save_photo(engagement, drawn(random), by=clerk)


def appraise(random: Random, today: date, units: Units) -> None:
    clerk = units.users["clerk"]
    said = [
        (AppraisalKind.GOOD, "连续三个月评为安全标兵，班组无违章。"),
        (AppraisalKind.GOOD, "协助带教新进场工人，按期完成结构封顶。"),
        (AppraisalKind.BAD, "高处作业未系挂安全带，经教育后改正。"),
    ]
    for engagement, (kind, reason) in zip(_own_people(clerk)[:3], said, strict=False):
        day = max(engagement.entered_on, today - timedelta(days=random.randint(10, 60)))
        made = services.appraise(engagement, kind=kind, happened_on=day, reason=reason, by=clerk)
        if kind == AppraisalKind.BAD:
            services.state(made, statement="当时正在转移作业点，已接受教育。", by=clerk)


def _own_people(clerk) -> list[Engagement]:
    people = Engagement.objects.visible_to(clerk).exclude(project__status="completed")
    return list(people.select_related("worker", "project").order_by("project_id", "-post", "id")[:PHOTOS])


def drawn(random: Random) -> bytes:
    skin, shirt = random.choice(["#e8bf9b", "#d9a97f", "#c99468"]), random.choice(["#2f5d8a", "#6b6f3a", "#7a3b3b"])
    picture = Image.new("RGB", (480, 640), "#dfe7ee")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 450, 440, 900), fill=shirt)
    pen.rectangle((205, 390, 275, 490), fill=skin)
    pen.ellipse((140, 150, 340, 430), fill=skin)
    pen.pieslice((130, 110, 350, 400), 180, 360, fill=random.choice(["#1c1a19", "#2d2521", "#4a4441"]))
    for eye in (195, 268):
        pen.ellipse((eye, 280, eye + 18, 294), fill="#2a211c")
    pen.arc((205, 320, 275, 375), 20, 160, fill="#8a4b3a", width=6)
    content = io.BytesIO()
    picture.save(content, "JPEG")
    return content.getvalue()
