"""Addresses of the daily pages: orders, checkout, payments."""

from __future__ import annotations

from django.urls import URLPattern, path

from orderlane.web.views import checkout, order, orders, payments

urlpatterns: list[URLPattern] = [
    path("orders", orders.orders, name="orders"),
    path("orders/sync", orders.orders_sync, name="orders_sync"),
    path("orders/archive", orders.orders_archive, name="orders_archive"),
    path("orders/export", orders.orders_export, name="orders_export"),
    path("orders/<slug:number>", order.order, name="order"),
    path("orders/<slug:number>/tracking", order.add_tracking, name="order_tracking"),
    path("orders/<slug:number>/ordered", order.order_by_hand, name="order_by_hand"),
    path("orders/<slug:number>/forward", order.forward_again, name="order_forward_again"),
    path("orders/<slug:number>/parcels/<uuid:shipment_id>", order.change_tracking, name="order_tracking_change"),
    path("orders/<slug:number>/parcels/<uuid:shipment_id>/push", order.push_again, name="order_push_again"),
    path("orders/<slug:number>/parcels/<uuid:shipment_id>/settle", order.settle_parcel, name="order_settle_parcel"),
    path("checkout", checkout.checkout_start, name="checkout_start"),
    path("checkout/next", checkout.checkout_next, name="checkout_next"),
    path("checkout/<uuid:quote_id>", checkout.checkout, name="checkout"),
    path("checkout/<uuid:quote_id>/again", checkout.checkout_again, name="checkout_again"),
    path("checkout/<uuid:quote_id>/pay", checkout.checkout_pay, name="checkout_pay"),
    path("payments", payments.payments, name="payments"),
    path("payments/<uuid:payment_id>", payments.payment, name="payment"),
    path("payments/<uuid:payment_id>/return", payments.payment_return, name="payment_return"),
    path("payments/<uuid:payment_id>/check", payments.payment_check, name="payment_check"),
    path("payments/<uuid:payment_id>/release", payments.payment_release, name="payment_release"),
    path("payments/<uuid:payment_id>/settled", payments.payment_settled, name="payment_settled"),
    path("payments/<uuid:payment_id>/cancel", payments.payment_cancel, name="payment_cancel"),
]
