"""What the tests click and read, in both languages, as people see it: not looked up in our own catalogues."""

from __future__ import annotations

WORDS = {
    "en": {
        "sign_in": "Sign in", "pay_now": "Pay now", "paid_to": "paid to", "paid": "Paid",
        "card": "Credit or debit card",
        "with_supplier": "With supplier", "partly": "Partially fulfilled", "fulfilled": "Fulfilled",
        "in_store": "In the store", "unpaid": "Unpaid", "split": "split off",
        "tick": "Tick {}", "show": "Show the products of {}", "select_all": "Select all on this page for bulk payment",
        "cancel": "Cancel this payment", "canceled": "The payment was canceled.", "waiting": "waiting for you",
        "mark_ordered": "Mark as ordered", "noted": "Noted.", "add_tracking": "Add a tracking number",
        "number": "Tracking number", "save": "Save and tell the store", "non_auto": "Non auto-order",
        "supplier_number": "Supplier’s order number", "back": "Back to the orders",
        "place": "Place the order", "sale": "Order ", "numbers": "Tracking number(s)", "ship": "Ship these",
    },
    "fr": {
        "sign_in": "Se connecter", "pay_now": "Payer maintenant", "paid_to": "payés à", "paid": "Payé",
        "card": "Carte bancaire", "with_supplier": "Chez le fournisseur", "partly": "Traité en partie",
        "fulfilled": "Traité", "in_store": "Dans la boutique", "unpaid": "Non payé",
        "split": "séparés", "tick": "Cocher {}", "show": "Afficher les produits du bon {}",
        "select_all": "Sélectionner tout sur cette page pour un paiement groupé",
        "cancel": "Annuler ce paiement", "canceled": "Le paiement a été annulé.", "waiting": "vous attend",
        "mark_ordered": "Marquer comme commandé", "noted": "C’est noté.", "add_tracking": "Ajouter un numéro de suivi",
        "number": "Numéro de suivi", "save": "Enregistrer et prévenir la boutique", "non_auto": "Commande non auto",
        "supplier_number": "Numéro de commande du fournisseur", "back": "Retour aux commandes",
        "place": "Passer la commande", "sale": "Commande ", "numbers": "Numéro(s) de suivi",
        "ship": "Expédier ces articles",
    },
}  # fmt: skip
PEOPLE = {
    "fr": ("lea@maison-lumen.example", "maison-lumen.myshopify.com", "Atelier Brume", "atelier-brume.myshopify.com"),
    "en": ("sam@northwind-outdoor.example", "northwind-outdoor.myshopify.com", "Cascade Gear",
           "cascade-gear.myshopify.com"),
}  # fmt: skip
PASSWORD = "orderlane-demo-2026"
