// Goes on once every frame has loaded, or after three seconds; the link is there without scripts.
"use strict";

const onward = () => location.replace(document.getElementById("onward").href);
window.addEventListener("load", onward);
setTimeout(onward, 3000);
