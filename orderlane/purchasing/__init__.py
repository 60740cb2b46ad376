"""Purchase orders: split an order by supplier, hold, forward."""
