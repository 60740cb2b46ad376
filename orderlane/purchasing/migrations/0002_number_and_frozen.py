"""Purchase order numbers, and what was paid can never change."""

from django.db import migrations

NUMBER = "CREATE SEQUENCE purchase_order_number START WITH 100001"

FROZEN = """
CREATE FUNCTION purchasing_keep_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.snapshot IS NOT NULL AND (NEW.snapshot IS DISTINCT FROM OLD.snapshot
        OR NEW.snapshot_hash <> OLD.snapshot_hash OR NEW.supplier_id <> OLD.supplier_id) THEN
        RAISE EXCEPTION 'purchase order % was paid: its lines and address are frozen', OLD.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchasing_keep_snapshot BEFORE UPDATE ON purchasing_purchaseorder
    FOR EACH ROW EXECUTE FUNCTION purchasing_keep_snapshot();
"""

UNFROZEN = """
DROP TRIGGER purchasing_keep_snapshot ON purchasing_purchaseorder;
DROP FUNCTION purchasing_keep_snapshot();
"""


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0001_initial")]

    operations = [
        migrations.RunSQL(NUMBER, "DROP SEQUENCE purchase_order_number"),
        migrations.RunSQL(FROZEN, UNFROZEN),
    ]
