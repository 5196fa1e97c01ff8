"""The OAuth 2.0 client: what this project is. `app.create_app` wires it into Flask."""
