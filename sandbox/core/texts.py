"""What French visitors read on the sandbox's own pages, by the English text; names and codes stay as they are."""

FRENCH = {
    "Sandbox": "Bac à sable",
    "There is nothing here": "Il n’y a rien ici",
    "Back to the systems": "Retour aux systèmes",
    "Skip to content": "Aller au contenu",
    "Systems": "Systèmes",
    "Journal": "Journal",
    "Faults": "Pannes",
    "simulated: no real goods, no real money": "simulation : ni vrais articles, ni vrai argent",
    "The outside world, simulated": "Le monde extérieur, simulé",
    "Everything here speaks the wire language of the real platform, keeps its state in memory, and writes"
    " what happened into the journal.": (
        "Chaque système parle le langage de la vraie plateforme, garde son état en mémoire et note dans le "
        "journal ce qui s’est passé."
    ),
    "No simulator is installed.": "Aucun simulateur n’est installé.",
    "Reset everything to the seed": "Tout remettre à l’état initial",
    "retailer": "détaillant",
    "supplier": "fournisseur",
    "Install the app": "Installer l’application",
    "Shopify stores": "Boutiques Shopify",
    "Two retailers and two suppliers: GraphQL Admin API, signed webhooks, fulfillment orders.": (
        "Deux détaillants et deux fournisseurs : API GraphQL Admin, webhooks signés, ordres de traitement."
    ),
    "BigCommerce stores": "Boutiques BigCommerce",
    "A retailer and a supplier: V2 and V3 REST, signed hooks, several addresses per order, app install.": (
        "Un détaillant et un fournisseur : REST V2 et V3, webhooks signés, plusieurs adresses par commande, "
        "installation d’application."
    ),
    "Ecwid stores": "Boutiques Ecwid",
    "One retailer and one supplier: REST API v3, install flow, signed webhooks at one common address.": (
        "Un détaillant et un fournisseur : API REST v3, installation, webhooks signés à une adresse commune."
    ),
    "Wix stores": "Boutiques Wix",
    "A retailer and a supplier: eCommerce REST API, events signed with a key pair, an app installer.": (
        "Un détaillant et un fournisseur : API REST eCommerce, événements signés par une paire de clés, "
        "installation d’application."
    ),
    "WooCommerce shops": "Boutiques WooCommerce",
    "A retailer and a supplier: REST v3, signed webhooks, and three ways of showing a parcel.": (
        "Un détaillant et un fournisseur : REST v3, webhooks signés et trois façons d’afficher un colis."
    ),
    "Orders v2 with the payer's approval page, captures, refunds and signed webhooks.": (
        "Orders v2 avec la page d’approbation du payeur, les encaissements, les remboursements et les webhooks signés."
    ),
    "Checkout Sessions with their hosted page, charges, refunds, idempotency keys and signed webhooks.": (
        "Sessions Checkout avec leur page hébergée, paiements, remboursements, clés d’idempotence et webhooks signés."
    ),
    "System": "Système",
    "What happened": "Événement",
    "Filter": "Filtrer",
    "No.": "N°",
    "Mailbox": "Boîte aux lettres",
    "A mail server that takes every message and delivers none: all of them are read here.": (
        "Un serveur de messagerie qui accepte tout et ne distribue rien : les messages se lisent ici."
    ),
    "Time (UTC)": "Heure (UTC)",
    "Facts": "Détails",
    "Nothing has happened yet.": "Rien ne s’est encore passé.",
    "Make the outside misbehave. Every firing is written into the journal.": (
        "Provoquez des pannes à l’extérieur. Chaque déclenchement est noté dans le journal."
    ),
    "See what fired": "Voir les déclenchements",
    "Where": "Où",
    "Every call of every system": "Tous les appels de tous les systèmes",
    "Every webhook of every system": "Tous les webhooks de tous les systèmes",
    "Every call": "Tous les appels",
    "Fault": "Panne",
    "How often (empty: always)": "Combien de fois (vide : toujours)",
    "Let pass first": "À laisser passer d’abord",
    "Probability": "Probabilité",
    "Seconds": "Secondes",
    "Switch on": "Activer",
    "Operation": "Opération",
    "Left": "Restantes",
    "Fired": "Déclenchées",
    "Switch off": "Désactiver",
    "Switch all off": "Tout désactiver",
    "All is well: no fault is switched on.": "Tout va bien : aucune panne n’est activée.",
    "answer (or deliver) only after some seconds": "ne répondre (ou livrer) qu’après quelques secondes",
    "deliver the webhook twice": "livrer le webhook deux fois",
    "never deliver the webhook": "ne jamais livrer le webhook",
    "answer 429 with Retry-After, do nothing": "répondre 429 avec Retry-After, ne rien faire",
    "answer 500, do nothing": "répondre 500, ne rien faire",
    "do the work, then answer 500": "faire le travail, puis répondre 500",
    "answer 503, do nothing": "répondre 503, ne rien faire",
    "do nothing and never answer": "ne rien faire et ne jamais répondre",
    "do the work and never answer": "faire le travail et ne jamais répondre",
    "close the connection without doing anything": "fermer la connexion sans rien faire",
    "do the work, then close the connection without an answer": (
        "faire le travail, puis fermer la connexion sans répondre"
    ),
    "do the work, then answer with an HTML error page": "faire le travail, puis répondre par une page d’erreur HTML",
    "do the work, then answer with every list empty": "faire le travail, puis répondre avec toutes les listes vides",
    "do the work, then answer 404 with the page of something in between": (
        "faire le travail, puis répondre 404 par la page d’un intermédiaire"
    ),
    "do the work, then cut the answer in the middle": "faire le travail, puis couper la réponse au milieu",
    "searches see changes only after some seconds": (
        "les recherches ne voient les changements qu’après quelques secondes"
    ),
}
