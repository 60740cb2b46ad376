from django.db import migrations, models

import orderlane.kernel.ids

# Filled by the database as the column is made: an UPDATE would meet row-level security, which lets the owner see
# nothing. Two random UUIDs hold 244 random bits; the default goes at once, so that nobody else fills it this way.
_ADD = """
ALTER TABLE orders_order ADD COLUMN tracking_token varchar(64)
    DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
ALTER TABLE orders_order ALTER COLUMN tracking_token DROP DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_placed_by_us")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="language",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
        migrations.RunSQL(
            _ADD,
            "ALTER TABLE orders_order DROP COLUMN tracking_token",
            state_operations=[
                migrations.AddField(
                    model_name="order",
                    name="tracking_token",
                    field=models.CharField(default=orderlane.kernel.ids.new_secret, max_length=64, null=True),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("tracking_token",), name="tracking_token_once"),
        ),
    ]
