"""Refunds are append-only, and no book of a payment is ever given back more than came in, checked at commit."""

from django.db import migrations

BOUNDED = """
CREATE TRIGGER refund_append_only BEFORE UPDATE OR DELETE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();

CREATE FUNCTION payments_refunds_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM payments_ledgerentry WHERE payment_id = NEW.payment_id AND currency = NEW.currency
         GROUP BY book, purchase_order_id
        HAVING CASE WHEN book = 'provider' THEN sum(debit_minor) - sum(credit_minor)
                    ELSE sum(credit_minor) - sum(debit_minor) END < 0
    ) THEN
        RAISE EXCEPTION 'more of payment % would be given back than came in', NEW.payment_id;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refunds_bounded AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.refund_id IS NOT NULL)
    EXECUTE FUNCTION payments_refunds_bounded();

-- What was marked as given back before refunds were recorded is looked at anew, and so is what was captured.
UPDATE payments_payment SET status = CASE WHEN captured_at IS NULL THEN 'refunded' ELSE 'captured' END
    WHERE status = 'reversed';
UPDATE payments_payment SET check_at = now() WHERE status IN ('captured', 'surplus', 'mismatch');
"""

UNBOUNDED = """
DROP TRIGGER refunds_bounded ON payments_ledgerentry;
DROP FUNCTION payments_refunds_bounded();
DROP TRIGGER refund_append_only ON payments_refund;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_refunds"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(BOUNDED, UNBOUNDED)]
