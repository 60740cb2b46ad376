"""Addresses of what is set up once (stores, suppliers, products, accounts, settings, invitations) and the desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from orderlane.web.views import (
    attention,
    invitation,
    members,
    payment_accounts,
    products,
    settings,
    stores,
    supplier_orders,
    supplier_products,
    supplier_stores,
    suppliers,
)

urlpatterns: list[URLPattern] = [
    path("attention", attention.attention, name="attention"),
    path("attention/forward/<uuid:row_id>", attention.act, {"what": "forward"}, name="attention_forward"),
    path("attention/push/<uuid:row_id>", attention.act, {"what": "push"}, name="attention_push"),
    path("attention/note/<uuid:row_id>", attention.act, {"what": "note"}, name="attention_note"),
    path("attention/run/<uuid:row_id>", attention.act, {"what": "run"}, name="attention_run"),
    path("attention/ignore/<uuid:row_id>", attention.act, {"what": "ignore"}, name="attention_ignore"),
    path("products", products.products, name="products"),
    path("products/choose", products.choose_product, name="choose_product"),
    path("products/match", products.save_match, name="save_match"),
    path("products/set-aside", products.set_aside_custom, name="set_aside_custom"),
    path("suppliers", suppliers.suppliers, name="suppliers"),
    path("stores", stores.stores, name="stores"),
    path("stores/connect/<slug:platform>", stores.connect_store, name="connect_store"),
    path("stores/<uuid:store_id>/synchronize", stores.synchronize_store, name="synchronize_store"),
    path("stores/<uuid:store_id>/disconnect", stores.disconnect_store, name="disconnect_store"),
    path("supplier/orders", supplier_orders.supplier_orders, name="supplier_orders"),
    path("supplier/orders/<slug:number>", supplier_orders.supplier_order, name="supplier_order"),
    path("supplier/orders/<slug:number>/ship", supplier_orders.ship, name="supplier_ship"),
    path(
        "supplier/orders/<slug:number>/parcels/<uuid:shipment_id>",
        supplier_orders.change_tracking,
        name="supplier_tracking_change",
    ),
    path(
        "supplier/orders/<slug:number>/parcels/<uuid:shipment_id>/tell",
        supplier_orders.tell_again,
        name="supplier_tell_again",
    ),
    path(
        "supplier/orders/<slug:number>/cancellation/<uuid:request_id>",
        supplier_orders.answer_wish_to_cancel,
        name="supplier_cancellation",
    ),
    path("supplier/products", supplier_products.supplier_products, name="supplier_products"),
    path("supplier/products/import", supplier_products.import_products, name="import_products"),
    path("supplier/products/<uuid:product_id>/price", supplier_products.change_price, name="change_price"),
    path("supplier/payment-accounts", payment_accounts.payment_accounts, name="payment_accounts"),
    path(
        "supplier/payment-accounts/connect/<slug:provider>",
        payment_accounts.connect_payment_account,
        name="connect_payment_account",
    ),
    path(
        "supplier/payment-accounts/<uuid:account_id>/close",
        payment_accounts.close_account,
        name="close_payment_account",
    ),
    path("supplier/store", supplier_stores.supplier_stores, name="supplier_stores"),
    path("supplier/store/auto-order", supplier_stores.switch, name="switch_auto_order"),
    path("supplier/store/<uuid:store_id>/choose", supplier_stores.choose_order_store, name="choose_order_store"),
    path("settings", settings.settings, name="settings"),
    path("settings/language", settings.language, name="settings_language"),
    path("settings/members", members.members, name="members"),
    path("settings/members/invite", members.invite, name="invite_member"),
    path("settings/members/<uuid:membership_id>/role", members.set_role, name="set_role"),
    path("settings/members/<uuid:membership_id>/remove", members.remove, name="remove_member"),
    path("settings/invitations/<uuid:invitation_id>/withdraw", members.withdraw, name="withdraw_invitation"),
    path("invitation/<str:secret>", invitation.invitation, name="invitation"),
]
