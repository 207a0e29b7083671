import io
import json

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from projects.models import ImportBatch, WageClerk
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.projects.sheets import PEOPLE, sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

BAD = ["4", "段文", "530625198103215276", "13887771234", 1]


@pytest.fixture
def site():
    return project(code="530902202600001", name="临翔区妇幼保健院迁建项目")


@pytest.fixture
def file(tmp_path):
    def make(*rows, **options):
        path = tmp_path / "名单.xlsx"
        path.write_bytes(sheet(rows or PEOPLE, **options))
        return str(path)

    return make


def run(path, *, code="530902202600001", kind="toy", **options) -> str:
    output = io.StringIO()
    call_command("import_sheet", path, kind=kind, project=code, stdout=output, **options)
    return output.getvalue()


def refused(path, **options) -> tuple[dict, str]:
    output = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(
            "import_sheet",
            path,
            kind="toy",
            project=options.pop("code", "530902202600001"),
            json=True,
            stdout=output,
            **options,
        )
    assert refusal.value.returncode == 1
    return json.loads(output.getvalue()), str(refusal.value)


def test_good_rows_are_imported_and_each_refusal_is_printed(site, file):
    said = run(file(*PEOPLE, BAD))
    assert "退回  工作表“名单”第 6 行  公民身份号码校验位不符" in said
    assert "合格 3 行，退回 1 行，提示 0 行。" in said
    assert "已导入：新增 3，更新 0，不变 0。" in said
    assert WageClerk.objects.count() == 3


def test_json_for_machines(site, file):
    report = json.loads(run(file(*PEOPLE, [*BAD[:3], "", 1]), json=True))
    assert report["accepted"] == 3
    [line] = report["refused"]
    assert (line["sheet"], line["row"], line["field"]) == ("名单", 6, "公民身份号码")
    assert "校验位" in line["message"]
    assert [notice["field"] for notice in report["notices"]] == ["手机号码"]
    assert report["outcome"] == {"created": 3, "updated": 0, "unchanged": 0}
    assert set(report) == {"accepted", "refused", "notices", "outcome"}


def test_again_is_all_unchanged_and_no_failure(site, file):
    path = file()
    run(path)
    assert json.loads(run(path, json=True))["outcome"] == {"created": 0, "updated": 0, "unchanged": 3}


def test_a_dry_run_leaves_nothing(site, file):
    assert "预计：新增 3" in run(file(), dry_run=True)
    assert not WageClerk.objects.exists()
    assert not ImportBatch.objects.exists()
    folders = default_storage.listdir("")[0] if default_storage.exists("") else []
    assert not any(default_storage.listdir(folder)[1] for folder in folders)


def test_nothing_good_is_a_failure_with_its_refusals(site, file):
    report, words = refused(file(BAD))
    assert (report["accepted"], len(report["refused"])) == (0, 1)
    assert report["error"] == words == "1 行全部退回，请按问题清单改正后重新上传。"


def test_missing_columns_are_a_failure(site, file):
    report, words = refused(file(head=["序号", "工友", "证号", "", ""]))
    assert (report["accepted"], report["refused"]) == (0, [])
    assert "姓名、公民身份号码" in words


def test_an_unknown_project_is_a_failure(file):
    report, _ = refused(file())
    assert report == {
        "accepted": 0,
        "refused": [],
        "notices": [],
        "outcome": {},
        "error": "没有编码为 530902202600001 的项目。",
    }


def test_an_unreadable_file_is_a_failure(site, tmp_path):
    missing = tmp_path / "missing.xlsx"
    assert "无法读取文件" in refused(str(missing))[1]
    missing.write_bytes(b"no sheet")
    assert "不是" in refused(str(missing))[1]


def test_a_user_imports_only_what_the_role_may(site, file):
    stranger, own = clerk(), clerk(site.general_contractor)
    assert "无权" in refused(file(), user=stranger.username)[1]
    assert "没有用户名为 nobody 的用户" in refused(file(), user="nobody")[1]
    run(file(), user=own.username)
    assert ImportBatch.objects.get().by == own
