from workers.services.roster import RosterEntry, Written, write_roster

__all__ = ["RosterEntry", "Written", "write_roster"]
