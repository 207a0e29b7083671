"""What `make run` starts, people at work in it through browsers that try again, and who kills its processes."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from django.utils import timezone

from projects.models.imports import LARGE_ROWS
from tests.accounts.documents import Line, payroll, statement
from tests.wagemonitor import stock
from tests.wagemonitor.stock import NET, Place
from wagemonitor.local import ground

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240  # seconds until something that should come back is given up
OURS = {"DATABASE_URL", "REDIS_URL", "PGOPTIONS"}  # PGOPTIONS: tests need no durable commits, this one does
IN_DJANGO = "import django, json, sys; django.setup(); from tests.wagemonitor import stock; "


class Portal:
    """`make run` in a folder of its own, with its own database and broker."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port, self.local = folder, port, folder / "local"
        self.environ = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environ |= {"LOCAL_DIR": str(self.local), "PORT": str(port)}
        self.environ["DJANGO_SETTINGS_MODULE"] = "wagemonitor.settings"

    def start(self) -> None:
        run = [sys.executable, "-m", "wagemonitor.local", "exec", "--stop", "--"]
        with open(self.folder / "said", "w") as said:
            command = [*run, sys.executable, "manage.py", "demo", "--no-seed"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=said, stderr=said)
        wait(lambda: self._welcomes() or self.process.poll() is not None, "the portal starts")
        assert self.process.poll() is None, self.said()

    def _welcomes(self) -> bool:
        return f"http://127.0.0.1:{self.port}/" in self.said()

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def log(self, name: str) -> str:
        return (self.local / "logs" / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)

    def ask(self, code: str, *told) -> object:
        """The answer of `tests.wagemonitor.stock`, with the portal's database."""
        command = [sys.executable, "-c", f"{IN_DJANGO}print('=', json.dumps(stock.{code}(*json.load(sys.stdin))))"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environ, input=json.dumps(told), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1].removeprefix("= "))

    def query(self, sql: str) -> object:
        """The first value that the database answers."""
        port, password = self.local / "postgres" / "port", self.local / "secrets" / "POSTGRES_PASSWORD"
        where = {"host": ground.HOST, "port": port.read_text(), "dbname": "wagemonitor", "user": "wagemonitor"}
        with psycopg.connect(**where, password=password.read_text(), autocommit=True) as line:
            return line.execute(sql).fetchone()[0]

    # --- whom to kill ------------------------------------------------------------------------------------------------

    def main(self, *words: str) -> int:
        """The supervisor's child with these words in its command line; 0 while there is none."""
        family = descendants(self.process.pid)
        ours = [pid for pid in family if all(word in ground.cmdline(pid) for word in words)]
        return next((pid for pid in ours if family[pid] not in ours), 0)

    def web_workers(self) -> list[int]:
        return children(self.main("gunicorn"))

    def task_workers(self) -> list[int]:
        return children(self.main("celery", " worker "))

    def postmaster(self) -> int:
        """0 while the database is down or recovers."""
        data = (self.local / "postgres").resolve() / "data"
        with contextlib.suppress(OSError, IndexError, ValueError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            pid, ready = int(lines[0]), lines[7].strip() == "ready"
            return pid if ready and str(data) in ground.cmdline(pid) else 0
        return 0


def descendants(root: int) -> dict[int, int]:
    """pid → parent, of everything below `root`."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found: dict[int, int] = {}
    ring = {root}
    while ring:
        ring = {pid for pid, parent in parents.items() if parent in ring}
        found |= {pid: parents[pid] for pid in ring}
    return found


def children(pid: int) -> list[int]:
    return sorted(child for child, parent in descendants(pid).items() if parent == pid) if pid else []


def wait(done: Callable[[], object], what: str) -> None:
    assert ground.wait(done, PATIENCE), f"waited {PATIENCE} s in vain: {what}"


# --- browsers --------------------------------------------------------------------------------------------------------


@dataclass
class Course:
    """How the work goes: what was acknowledged, what was cut off, who is still at it."""

    serials: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    steps: dict[int, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    listed: dict[int, int] = field(default_factory=dict)  # of the people of a site, so many are on the payroll
    acts: dict[str, int] = field(default_factory=dict)  # who → acknowledged
    in_flight: int = 0
    cut_off: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        with self.lock:
            self.in_flight += 1
        try:
            yield
        finally:
            with self.lock:
                self.in_flight -= 1

    def was_cut_off(self) -> None:
        with self.lock:
            self.cut_off += 1

    def acknowledged(self, who: str) -> None:
        with self.lock:
            self.acts[who] += 1


@dataclass
class Page:
    status: int
    location: str
    text: str


class Browser:
    """Sends a request again, as it was, until the portal answers it."""

    def __init__(self, port: int, session: str, course: Course):
        self.port, self.course = port, course
        self.headers = {"Cookie": f"sessionid={session}; csrftoken={'k' * 32}", "X-CSRFToken": "k" * 32}

    def get(self, url: str) -> str:
        page = self._send("GET", url, None, {})
        assert page.status == 200, f"{url}: {page}"
        return page.text

    def post(self, url: str, fields: dict) -> Page:
        return self._send("POST", url, encode_multipart(BOUNDARY, fields), {"Content-Type": MULTIPART_CONTENT})

    def _send(self, method: str, url: str, body: bytes | None, headers: dict) -> Page:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            page = self._try(method, url, body, self.headers | headers)
            if page and page.status < 500:
                return page
            self.course.was_cut_off()
            time.sleep(0.2)
        raise AssertionError(f"{method} {url} did not recover: {page}")

    def _try(self, method: str, url: str, body: bytes | None, headers: dict) -> Page | None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            with self.course.request(), contextlib.closing(line):
                line.request(method, url, body, headers)
                answer = line.getresponse()
                return Page(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        except (OSError, http.client.HTTPException):
            return None


# --- people at work --------------------------------------------------------------------------------------------------


class Work:
    """Each act in a loop of its own until the course is over; whoever began an act ends it."""

    def __init__(self, portal: Portal, places: list[Place], course: Course):
        self.course, self.broken = course, []
        self.today = timezone.localdate()
        self.month = last_month(self.today)
        self.threads: list[threading.Thread] = []
        self.large: list[Line] = []
        self.place, self.clerk = places[0], Browser(portal.port, places[0].clerk, course)
        for place in places:
            clerk, owner = (Browser(portal.port, key, course) for key in (place.clerk, place.owner))
            self._employ(f"{place.number} statement", self._statements, place, clerk)
            self._employ(f"{place.number} the same again", self._statements, place, clerk)
            self._employ(f"{place.number} payroll", self._payrolls, place, clerk)
            self._employ(f"{place.number} steps", self._steps, place, clerk, owner)
        for thread in self.threads:
            thread.start()

    def _employ(self, who: str, act: Callable, *args) -> None:
        def run():
            try:
                for _ in act(*args):
                    self.course.acknowledged(who)
                    if self.course.over.is_set():
                        break
            except BaseException as error:
                self.broken.append(f"{who}: {error!r}")

        self.course.acts[who] = 0
        self.threads.append(threading.Thread(target=run, name=who, daemon=True))

    def everybody_went_on(self, what: str) -> None:
        """Everybody has had one more act acknowledged that began after this moment."""
        before = dict(self.course.acts)
        wait(lambda: self.broken or all(self.course.acts[who] > before[who] + 1 for who in before), what)
        assert not self.broken, self.broken

    def end(self) -> None:
        self.course.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        assert not self.broken, self.broken
        assert not any(thread.is_alive() for thread in self.threads)

    def _statements(self, place: Place, clerk: Browser) -> Iterator[None]:
        """Each statement repeats the end of the one before."""
        lines = stock.bank_lines(place, self.month, self.today)
        for start in range(0, len(lines), 6):
            chosen = lines[start : start + 10]
            content = statement(chosen, of=None, number=place.account, holder=place.holder)
            send(clerk, place, "bank-statement", "对账单.csv", content)
            with self.course.lock:
                self.course.serials[place.project] |= {line.serial for line in chosen}
            yield
        raise AssertionError("the bank has no lines left")

    def _payrolls(self, place: Place, clerk: Browser) -> Iterator[None]:
        people = stock.people(place)
        for listed in range(3, len(people), 2):
            content = payroll(people[max(0, listed - 5) : listed], title=f"{self.month:%Y年%m月}农民工工资发放表")
            send(clerk, place, "payroll", "工资表.xlsx", content)
            self.course.listed[place.number] = listed
            yield
        raise AssertionError("nobody is left to be put on the payroll")

    def _steps(self, place: Place, clerk: Browser, owner: Browser) -> Iterator[None]:
        """Round and round: from the draft to the approval, and back for a new one."""
        page = reverse("payrolls:sheet", args=[place.sheet])
        state = _state(clerk.get(page))
        while True:
            if state == "approved":
                clerk.post(f"{page}back/", {"back-seen": state, "back-text": "重做"})
            else:
                fields = {"step-seen": state, "step-text": ""}
                if state == "confirming":
                    fields["step-files"] = SimpleUploadedFile("签字表.pdf", b"%PDF-1.7\n", "application/pdf")
                (owner if state == "reviewed" else clerk).post(f"{page}step/", fields)
            if (now := _state(clerk.get(page))) != state:
                self.course.steps[place.sheet].append([state, now])
                state = now
                yield

    def send_large_sheet(self) -> None:
        """Too large to wait for: a worker examines it, and another job imports it."""
        start = len(self.large)
        serials = (f"K{self.place.number}-fee-{n}" for n in range(start, start + LARGE_ROWS))
        self.large += [Line(serial, "-0.01", "手续费", on=self.today) for serial in serials]
        content = statement(self.large[start:], of=None, number=self.place.account, holder=self.place.holder)
        self.large_at = _upload(self.clerk, self.place, "bank-statement", "对账单.csv", content)
        wait(lambda: "待确认" in self.large_sheet(), "a large sheet is examined")
        self.clerk.post(f"{self.large_at}apply/", {})

    def large_sheet(self) -> str:
        return _heading(self.clerk.get(self.large_at))

    def large_is_imported(self) -> None:
        with self.course.lock:
            self.course.serials[self.place.project] |= {line.serial for line in self.large}

    def told(self, places: list[Place]) -> dict:
        """What the portal has acknowledged; of everybody on the payroll, what the bank's lines make of the wage."""
        paid = {}
        for place in places:
            booked = self.course.serials[place.project]
            lines = [line for line in stock.bank_lines(place, self.month, self.today) if line.serial in booked]
            for person in stock.people(place)[: self.course.listed[place.number]]:
                times = sum(-1 if int(line.amount) > 0 else 1 for line in lines if line.number == person.card)
                paid[person.id_number] = times * NET
        serials = {project: sorted(serials) for project, serials in self.course.serials.items()}
        return {"serials": serials, "steps": self.course.steps, "paid": paid}


def last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def send(clerk: Browser, place: Place, kind: str, name: str, content: bytes) -> None:
    """Uploaded and applied; from the start again while the portal says that it was not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        batch = _upload(clerk, place, kind, name, content)
        clerk.post(f"{batch}apply/", {})
        if "已导入" in (said := _heading(clerk.get(batch))):
            return
    raise AssertionError(f"{kind} was never imported: {said}")


def _upload(clerk: Browser, place: Place, kind: str, name: str, content: bytes) -> str:
    """Where the batch is."""
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    page = clerk.post(reverse("imports:upload", args=[place.project, kind]), {"file": file})
    assert page.status == 302, page
    return page.location


def _heading(page: str) -> str:
    return re.search(r'page-head-title">(.*?)</h1>', page, re.DOTALL)[1]


def _state(page: str) -> str:
    """The state the page shows its clerk, as its forms will say."""
    (tag,) = {re.search(r'value="(\w+)"', tag)[1] for tag in re.findall(r'<input[^>]*-seen"[^>]*>', page)}
    return tag


# --- killers ---------------------------------------------------------------------------------------------------------


RUNNING = "SELECT count(*) FROM core_job WHERE kind = 'import_apply' AND state = 'running'"
AGED = "UPDATE core_job SET heartbeat_at = heartbeat_at - interval '6 minutes' WHERE state = 'running' RETURNING id"


class Killer:
    def __init__(self, portal: Portal, work: Work):
        self.portal, self.work, self.course = portal, work, work.course
        self.killed: dict[str, int] = defaultdict(int)

    def kill(self, what: str, pid: int) -> None:
        """In the middle of requests."""
        wait(lambda: self.course.in_flight >= 2, "requests under way")
        os.kill(pid, signal.SIGKILL)
        self.killed[what] += 1
        wait(lambda: not _lives(pid), f"{what} dies")

    def web_worker(self) -> None:
        """Again until one was in the middle of a request."""
        before = self.course.cut_off
        while self.course.cut_off == before:
            wait(lambda: len(self.portal.web_workers()) == 2, "two web workers")
            self.kill("web", self.portal.web_workers()[0])
            ground.wait(lambda: self.course.cut_off > before, 2)

    def task_worker(self) -> None:
        """Again until one was in the middle of a task."""
        before = self._lost_tasks()
        while self._lost_tasks() == before:
            wait(lambda: len(self.portal.task_workers()) >= 2, "two task workers")
            for pid in self.portal.task_workers():
                self.kill("task", pid)
            ground.wait(lambda: self._lost_tasks() > before, 2)

    def _lost_tasks(self) -> int:
        return self.portal.log("worker").count("WorkerLostError")

    def database(self) -> None:
        """Again until somebody was in the middle of a request."""
        before = self.course.cut_off
        while self.course.cut_off == before:
            was = self.portal.postmaster()
            self.kill("database", was)
            wait(lambda was=was: self.portal.postmaster() not in (0, was), "the database comes back")
            self.work.everybody_went_on("after the database came back")

    def worker_main(self) -> None:
        """With all its processes, again until it was in the middle of a job that somebody waits for. The supervisor
        stops everything then; it is started again, and so is the job once it has been silent for long enough."""
        while not self._dies_in_a_job():
            pass
        self.portal.query(f"WITH aged AS ({AGED}) SELECT count(*) FROM aged")
        wait(lambda: "已导入" in self.work.large_sheet(), "the job is done after all")
        self.work.large_is_imported()

    def _dies_in_a_job(self) -> bool:
        self.work.send_large_sheet()
        wait(lambda: self.portal.query(RUNNING), "a worker takes the job")
        main = self.portal.main("celery", " worker ")
        below = children(main)
        self.kill("worker", main)
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait(lambda: self.portal.process.poll() is not None, "the supervisor stops everything")
        assert "worker 已退出" in self.portal.said()
        self.portal.start()
        return self.portal.query(RUNNING) == 1


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
