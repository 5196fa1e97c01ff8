"""The protocols: OAuth 2.0 and OpenID Connect on Authlib's server, in WSO2's words, no Flask."""
