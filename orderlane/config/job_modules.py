"""Every module that declares jobs; importing this one declares them all to the queue."""

from __future__ import annotations

from orderlane.catalog import jobs as catalog
from orderlane.inbox import jobs as inbox
from orderlane.jobs import rescue
from orderlane.orders import jobs as orders
from orderlane.payments import jobs as payments
from orderlane.purchasing import jobs as purchasing
from orderlane.shipping import jobs as shipping
from orderlane.stores import jobs as stores
from orderlane.web import jobs as web

MODULES = (catalog, inbox, orders, payments, purchasing, rescue, shipping, stores, web)
