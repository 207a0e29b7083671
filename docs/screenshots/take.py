"""The README's screenshots, taken from a running demo province (`make run` in another terminal):

    .venv/bin/python docs/screenshots/take.py [http://127.0.0.1:8000]

The sheet whose preview is shown is uploaded and then discarded; the workbook is made if there is none yet.
Otherwise nothing changes in the demo.
"""

import io
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))
from tests.documents import Documents  # noqa: E402

ADDRESS = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
PASSWORD = re.search(r'^PASSWORD = "(.+?)"', (ROOT / "organizations" / "demo.py").read_text(), re.MULTILINE)[1]
DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@contextmanager
def signed_in(browser: Browser, username: str, size: dict = DESK) -> Iterator[Page]:
    scale = 2 if size is PHONE else 1
    context = browser.new_context(
        viewport=size, device_scale_factor=scale, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.goto(f"{ADDRESS}/login/")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def keep(page: Page, name: str, *, height: int | None = None) -> None:
    """What the window shows, or the page's first `height` points; 256 colours at most."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # charts draw themselves
    if height:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    file = HERE / f"{name}.png"
    picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, optimize=True)
    size = f"{picture.width}×{picture.height}  {file.stat().st_size // 1024} KB"
    sys.stdout.write(f"{file.relative_to(ROOT)}  {size}\n")


def first_link(page: Page, path: str, pattern: str) -> str:
    page.goto(f"{ADDRESS}{path}")
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return next(link for link in links if link and re.fullmatch(pattern, link))


def dashboard(browser: Browser) -> None:
    with signed_in(browser, "province") as page:
        keep(page, "dashboard", height=1250)


def project(browser: Browser) -> None:
    with signed_in(browser, "prefecture") as page:
        page.goto(ADDRESS + first_link(page, "/projects/?incomplete=on&status=003", r"/projects/\d+/"))
        keep(page, "project", height=1100)


def import_preview(browser: Browser) -> None:
    with signed_in(browser, "clerk") as page:
        link = first_link(page, "/projects/?status=003", r"/projects/\d+/")
        page.goto(ADDRESS + link)
        sheet = Documents(page.locator("h1").first.inner_text().split("\n")[0].strip(), "", people=14).roster()
        page.goto(f"{ADDRESS}/imports{link}roster/")
        page.locator("#id_file").set_input_files({"name": "花名册.xlsx", "mimeType": XLSX, "buffer": sheet})
        page.get_by_role("button", name="上传并检查").click()
        keep(page, "import-preview", height=1350)
        page.get_by_role("button", name="放弃").first.click()
        page.get_by_role("dialog").get_by_role("button", name="放弃").click()
        page.wait_for_load_state("networkidle")


def warning(browser: Browser) -> None:
    with signed_in(browser, "county") as page:
        page.goto(ADDRESS + first_link(page, "/alerts/?rule=PAY-05", r"/alerts/\d+/"))
        keep(page, "warning", height=900)


def workbooks(browser: Browser) -> None:
    with signed_in(browser, "prefecture") as page:
        page.goto(f"{ADDRESS}/reports/months/")
        if not page.locator("main a[href^='/attachments/']").count():
            page.get_by_role("button", name="开始生成").click()
            page.locator("main a[href^='/attachments/']").first.wait_for(timeout=60_000)
            page.goto(f"{ADDRESS}/reports/months/")
        keep(page, "workbooks", height=620)


def phone(browser: Browser) -> None:
    with signed_in(browser, "clerk", PHONE) as page:
        keep(page, "phone")


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    only = sys.argv[2:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for take in (dashboard, project, import_preview, warning, workbooks, phone):
            if not only or take.__name__ in only:
                take(browser)


if __name__ == "__main__":
    main()
