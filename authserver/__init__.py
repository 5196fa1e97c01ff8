"""The embedded authorization server: a stand-in for WSO2 API Manager 4.x, on loopback only.

It shares nothing with the playground but HTTP. `store` keeps rows, `oauth` knows the protocols
and no Flask, `views` are the only place that touches a request or renders a page.
"""
