"""The protocol, without Flask: frozen messages, and for each a function that sends or checks it."""
