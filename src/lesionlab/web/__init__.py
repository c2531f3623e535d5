"""The web app: routes, schemas, uploads and pages on exported models, without torch."""
