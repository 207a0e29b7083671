"""The demo worker: whose ID number and digits `make run` prints."""

from workers.models import Engagement, Worker

LOGIN, PIN = "worker", "830517"  # demonstration only


def worker_logins() -> list[tuple[str, str, str, str]]:
    """(ID number, role, site, digits) of the demo worker, who signs in with the number; none where none was made."""
    worker = Worker._base_manager.filter(user__username=LOGIN).first()
    if worker is None:
        return []
    stay = Engagement._base_manager.filter(worker=worker).select_related("project").latest("entered_on")
    return [(worker.id_number, "农民工", f"{worker.name}，{stay.project.name}（/worker/ 登录）", PIN)]
