"""The second net: roles that own nothing and a forced row-level policy on every tenant table.

Derived from the models and applied after every ``migrate``, so that a new table cannot be forgotten.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from orderlane.tenants.models import TenantModel
from orderlane.tenants.scope import SYSTEM_ROLE, TENANT_ROLE

CURRENT_TENANT = "(SELECT nullif(current_setting('orderlane.tenant', true), '')::uuid)"


def tenant_models() -> list[type[TenantModel]]:
    """Every concrete model that belongs to an organization."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def apply() -> None:
    """Create the two roles, grant them the tables, and force the policies. Safe to repeat."""
    with connection.cursor() as cursor:
        for role in (TENANT_ROLE, SYSTEM_ROLE):
            cursor.execute(_CREATE_ROLE.format(role=role))
            cursor.execute(_GRANTS.format(role=role))
        for model in tenant_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(_POLICIES.format(table=table, policy=_policy(model), read=_read_policy(model)))
        for table in _append_only():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {TENANT_ROLE}, {SYSTEM_ROLE}")


def _policy(model: type[TenantModel]) -> str:
    if model.row_policy:
        return model.row_policy.replace("{tenant}", CURRENT_TENANT)
    return " OR ".join(f"{field}_id = {CURRENT_TENANT}" for field in model.tenant_fields)


def _read_policy(model: type[TenantModel]) -> str:
    return model.read_policy.replace("{tenant}", CURRENT_TENANT) or "false"


def _append_only() -> list[str]:
    return [
        connection.ops.quote_name(model._meta.db_table)
        for model in tenant_models()
        if getattr(model, "append_only", False)
    ]


# A role is shared by all databases of a server, and two installations may migrate at once
# ("tuple concurrently updated" is an internal_error; the other one has then done the work).
_CREATE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN
    -- May take the role, but does not have its rights before: a query that forgot to take one sees no row.
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE format('GRANT {role} TO %I WITH INHERIT FALSE, SET TRUE', current_user);
    ELSE
        EXECUTE format('GRANT {role} TO %I', current_user);
        EXECUTE format('ALTER ROLE %I NOINHERIT', current_user);
    END IF;
EXCEPTION WHEN internal_error THEN NULL; END $$;
"""

_GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
"""

_POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS tenant ON {table};
CREATE POLICY tenant ON {table} TO orderlane_tenant USING ({policy}) WITH CHECK ({policy});
DROP POLICY IF EXISTS tenant_reads ON {table};
CREATE POLICY tenant_reads ON {table} FOR SELECT TO orderlane_tenant USING ({read});
DROP POLICY IF EXISTS system ON {table};
CREATE POLICY system ON {table} TO orderlane_system USING (true) WITH CHECK (true);
"""
