"""What the mailbox's pages say in French."""

FRENCH = {
    "All messages": "Tous les messages",
    "Every e-mail that was sent, newest first. None of them left this machine.": (
        "Tous les e-mails envoyés, du plus récent au plus ancien. Aucun n’a quitté cette machine."
    ),
    "as JSON": "en JSON",
    "To": "Destinataire",
    "Subject": "Objet",
    "No message yet.": "Aucun message pour le moment.",
    "As HTML": "En HTML",
    "The message as HTML": "Le message en HTML",
    "As plain text": "En texte brut",
}
