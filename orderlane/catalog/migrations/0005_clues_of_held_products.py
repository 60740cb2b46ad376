from django.db import migrations

from orderlane.catalog.rules import Description, clues_of
from orderlane.kernel.ids import new_id

BATCH = 1000
TABLES = ('catalog_product', 'catalog_productclue', 'catalog_listing')


def save_clues(apps, schema_editor):
    Product, ProductClue = apps.get_model('catalog', 'Product'), apps.get_model('catalog', 'ProductClue')
    clues = []
    for product in Product.objects.order_by('pk').iterator(chunk_size=BATCH):
        told = Description(product.sku, product.ean, f'{product.title} {product.variant_title}')
        clues += [
            ProductClue(id=new_id(), supplier_id=product.supplier_id, product=product, clue=clue)
            for clue in clues_of(told)
        ]
        if len(clues) > BATCH:
            ProductClue.objects.bulk_create(clues, ignore_conflicts=True)
            clues = []
    ProductClue.objects.bulk_create(clues, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_listings_of_all_variants'),
    ]

    operations = [
        # The owner of a table sees its rows only while row-level security is not forced upon it.
        migrations.RunSQL([f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY' for table in TABLES], migrations.RunSQL.noop),
        # Until now a listing was always a person's answer, and no product meant own goods.
        migrations.RunSQL(
            [
                'UPDATE catalog_listing SET decided = true, own_goods = (product_id IS NULL)',
                'UPDATE catalog_listing l SET seen_cost_minor = p.price_minor, seen_cost_currency = p.currency '
                'FROM catalog_product p WHERE p.id = l.product_id',
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(save_clues, migrations.RunPython.noop),
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
