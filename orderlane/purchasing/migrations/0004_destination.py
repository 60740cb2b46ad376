import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('purchasing', '0003_partially_refunded'),
        ('stores', '0002_domain_webhooks_budget'),
        ('orders', '0002_history_import_and_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='purchaseorder',
            name='destination',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='purchaseorder',
            name='ship_to_fields',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='purchaseorder',
            name='store',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store'),
        ),
        # The owner of a table sees its rows only while row-level security is not forced upon it.
        migrations.RunSQL(
            [
                "ALTER TABLE purchasing_purchaseorder NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY",
                "UPDATE purchasing_purchaseorder p SET store_id = o.store_id FROM orders_order o WHERE o.id = p.order_id",
                # The foreign key's check waits for the end of the transaction; altering the table cannot.
                "SET CONSTRAINTS ALL IMMEDIATE",
                "SET CONSTRAINTS ALL DEFERRED",
                "ALTER TABLE orders_order FORCE ROW LEVEL SECURITY",
                "ALTER TABLE purchasing_purchaseorder FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='purchaseorder',
            name='store',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store'),
        ),
    ]
