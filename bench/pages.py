"""Pages without content, as long as the playground's own: for peers that draw nothing."""

_INPUT = '<form><input type="hidden" name="csrf_token" value="{csrf}">{text}</form>'
FORM_PAGE = _INPUT.replace("{text}", "") + "." * 25_000
RESULT_PAGE = _INPUT + "." * 14_000
