"""Who may do what in MongoDB: an administrator for the tools, one user for each service.

A service's user reads and writes its own database and nothing else, and says at a deployment what
its collections may hold. It is made in that database, where it signs in.
"""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from tools.keys import ADMINISTRATOR, DATABASE
from tools.programs import SERVICES, Service, Site

DEPLOYING = "deploying"
SCRATCH_ROLES = ("readWrite", "dbAdmin")  # the second to drop it whole


def make_administrator(client: MongoClient[dict[str, Any]], site: Site) -> None:
    """Make the first user of a database that has none; MongoDB lets whoever is on the machine."""
    password = site.password(DATABASE, ADMINISTRATOR)
    client.admin.command("createUser", ADMINISTRATOR, pwd=password, roles=["root"])


def make_users(site: Site) -> None:
    """Give every service its user, with the password and the rights it is to have now."""
    with MongoClient[dict[str, Any]](site.mongo_uri("")) as client:
        for service in SERVICES:
            if service.database:
                _make_user(client, site, service)


def _make_user(client: MongoClient[dict[str, Any]], site: Site, service: Service) -> None:
    own = client[service.database_name]
    _make_role(own)
    wanted = {
        "pwd": site.password(DATABASE, service.name),
        "roles": [
            {"role": "readWrite", "db": service.database_name},
            {"role": DEPLOYING, "db": service.database_name},
            *({"role": role, "db": name} for name in service.scratch for role in SCRATCH_ROLES),
        ],
    }
    exists = own.command("usersInfo", service.name)["users"]
    own.command("updateUser" if exists else "createUser", service.name, **wanted)


def _make_role(own: Database[dict[str, Any]]) -> None:
    every_collection = {"db": own.name, "collection": ""}
    privileges = [{"resource": every_collection, "actions": ["collMod"]}]
    exists = own.command("rolesInfo", DEPLOYING)["roles"]
    verb = "updateRole" if exists else "createRole"
    own.command(verb, DEPLOYING, privileges=privileges, roles=[])
