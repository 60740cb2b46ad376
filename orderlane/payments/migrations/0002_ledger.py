"""The ledger is append-only and balances per payment and currency, checked by the database at commit."""

from django.db import migrations

LEDGER = """
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();

CREATE FUNCTION payments_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE difference bigint;
BEGIN
    SELECT sum(debit_minor) - sum(credit_minor) INTO difference FROM payments_ledgerentry
        WHERE payment_id = NEW.payment_id AND currency = NEW.currency;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'ledger of payment % is out of balance by % minor units', NEW.payment_id, difference;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_balances();
"""

WITHOUT = """
DROP TRIGGER ledger_balances ON payments_ledgerentry;
DROP FUNCTION payments_ledger_balances();
DROP TRIGGER ledger_append_only ON payments_ledgerentry;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(LEDGER, WITHOUT)]
