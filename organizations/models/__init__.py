from organizations.models.organization import Organization
from organizations.models.region import Region
from organizations.models.user import User

__all__ = ["Organization", "Region", "User"]
