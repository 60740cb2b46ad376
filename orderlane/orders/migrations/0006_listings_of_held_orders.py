from django.db import migrations

from orderlane.catalog.rules import folded
from orderlane.kernel.ids import new_id

BATCH = 1000
TABLES = ('catalog_product', 'catalog_listing', 'orders_order', 'orders_orderline')


def save_listings(apps, schema_editor):
    OrderLine, Listing = apps.get_model('orders', 'OrderLine'), apps.get_model('catalog', 'Listing')
    lines = (
        OrderLine.objects.filter(requires_shipping=True, order__purchase_order='')
        .exclude(variant_id='')
        .order_by('order__store_id', 'variant_id', '-order__placed_at')
        .distinct('order__store_id', 'variant_id')
        .select_related('order', 'product')
    )
    new = []
    for line in lines.iterator(chunk_size=BATCH):
        called = {
            'title': line.title,
            'variant_title': line.variant_title,
            'sku': line.sku,
            'picture_url': line.picture_url,
            'search_text': folded(f'{line.title} {line.variant_title} {line.sku}'),
            'price_minor': line.unit_price_minor,
            'currency': line.currency,
            'sold_at': line.order.placed_at,
        }
        if Listing.objects.filter(store_id=line.order.store_id, variant_id=line.variant_id).update(**called):
            continue
        found = line.product if line.match == 'matched' else None
        new.append(
            Listing(
                id=new_id(),
                retailer_id=line.retailer_id,
                store_id=line.order.store_id,
                variant_id=line.variant_id,
                product=found,
                seen_cost_minor=found.price_minor if found else None,
                seen_cost_currency=found.currency if found else '',
                **called,
            )
        )
        if len(new) > BATCH:
            Listing.objects.bulk_create(new)
            new = []
    Listing.objects.bulk_create(new)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_listings_of_all_variants'),
        ('catalog', '0005_clues_of_held_products'),
    ]

    operations = [
        # The owner of a table sees its rows only while row-level security is not forced upon it.
        migrations.RunSQL([f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY' for table in TABLES], migrations.RunSQL.noop),
        migrations.RunPython(save_listings, migrations.RunPython.noop),
        # Foreign keys are checked at the end of the transaction; altering a table cannot wait for that.
        migrations.RunSQL(
            [
                'SET CONSTRAINTS ALL IMMEDIATE',
                'SET CONSTRAINTS ALL DEFERRED',
                *[f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY' for table in TABLES],
            ],
            migrations.RunSQL.noop,
        ),
    ]
