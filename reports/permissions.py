from organizations.enums import Role


def disposes(user) -> bool:
    """Human-resources officers dispose of warnings; industry officers look (query only)."""
    return user.role == Role.OFFICER


def can_make_workbook(user) -> bool:
    """Of the own region, and of the own industry where the user is confined to one."""
    return user.level is not None
