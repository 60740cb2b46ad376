"""What a person reads on the sites' pages: English in the templates, and its French here."""

from collections.abc import Callable

from starlette.requests import Request

from sandbox.core.language import preferred_language

FRENCH = {
    "Retailer’s Wix site": "Site Wix d’un détaillant",
    "Supplier’s Wix site": "Site Wix d’un fournisseur",
    "Shop front": "Vitrine",
    "Orders": "Commandes",
    "There is no such site or order": "Ce site ou cette commande n’existe pas",
    "Back to the systems": "Retour aux systèmes",
    "Install Orderlane": "Installer Orderlane",
    "There is no such app": "Cette application n’existe pas",
    "Choose the site. Whoever installs the app agrees to its permissions.": (
        "Choisissez le site. Installer l’application, c’est accepter ses autorisations."
    ),
    "Site": "Site",
    "retailer": "détaillant",
    "supplier": "fournisseur",
    "The app may use:": "L’application pourra utiliser :",
    "Agree and install": "Accepter et installer",
    "Quantity of": "Quantité :",
    "Checkout": "Paiement",
    "First name": "Prénom",
    "Last name": "Nom",
    "Company": "Société",
    "Address": "Adresse",
    "Address, second line": "Complément d’adresse",
    "Postal code": "Code postal",
    "City": "Ville",
    "State code": "Code de la région",
    "Country code": "Code du pays",
    "Phone": "Téléphone",
    "E-mail": "E-mail",
    "Note": "Note",
    "Delivery": "Livraison",
    "to this address": "à cette adresse",
    "to a pick-up point": "en point relais",
    "Payment": "Paiement",
    "paid now": "payé maintenant",
    "not yet paid (bank transfer)": "pas encore payé (virement)",
    "Place the order": "Passer la commande",
    "Order": "Commande",
    "Date": "Date",
    "Customer": "Client",
    "External order": "Commande externe",
    "Total": "Total",
    "Fulfillment": "Expédition",
    "Tracking": "Suivi",
    "No orders yet.": "Pas encore de commande.",
    "Place one in the shop front.": "Passez-en une dans la vitrine.",
    "They arrive when a retailer pays.": "Elles arrivent quand un détaillant paie.",
    "Goods": "Articles",
    "Product": "Produit",
    "Price": "Prix",
    "Quantity": "Quantité",
    "Shipped": "Expédié",
    "Shipping": "Frais de port",
    "Refunded": "Remboursé",
    "no tracking number": "pas de numéro de suivi",
    "Provider": "Transporteur",
    "Tracking number": "Numéro de suivi",
    "Correct": "Corriger",
    "Delete this fulfillment": "Supprimer cette expédition",
    "Ship": "Expédier",
    "left": "restant(s)",
    "Link, for other providers": "Lien, pour un autre transporteur",
    "Ship these": "Expédier ces articles",
    "Where it came from": "Provenance",
    "Pick-up by": "Retrait par",
    "Ship to": "Livrer à",
    "nothing to ship": "rien à expédier",
    "Approve": "Approuver",
    "Reject": "Refuser",
    "outstanding": "à payer",
    "Mark as paid": "Marquer comme payée",
    "Edit quantities": "Modifier les quantités",
    "Save quantities": "Enregistrer les quantités",
    "Edit the address": "Modifier l’adresse",
    "Save the address": "Enregistrer l’adresse",
    "Refund": "Rembourser",
    "Nothing chosen: everything that is left.": "Sans choix : tout ce qui reste.",
    "Amount, instead of pieces": "Montant, au lieu d’articles",
    "Cancel the order": "Annuler la commande",
    "Refund what was paid": "Rembourser ce qui a été payé",
    "Restock": "Remettre en stock",
    "Delete the order": "Supprimer la commande",
    "Done.": "C’est fait.",
    "PAID": "Payée",
    "NOT_PAID": "Non payée",
    "PARTIALLY_PAID": "Partiellement payée",
    "PARTIALLY_REFUNDED": "Partiellement remboursée",
    "FULLY_REFUNDED": "Remboursée",
    "FULFILLED": "Expédiée",
    "NOT_FULFILLED": "Non expédiée",
    "PARTIALLY_FULFILLED": "Partiellement expédiée",
    "PENDING": "En attente",
    "CANCELED": "Annulée",
    "REJECTED": "Refusée",
}


def words(request: Request) -> tuple[str, Callable[[str], str]]:
    """The language the browser asks for, and what says a text in it; a status is said in words in both."""
    language = preferred_language(request.headers.get("accept-language", ""))

    def say(text: str) -> str:
        if language == "fr":
            return FRENCH[text]
        return text.replace("_", " ").capitalize() if text.isupper() else text

    return language, say
