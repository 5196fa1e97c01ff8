// Posts the answer at once; without scripts the person selects Continue.
document.getElementById("answer").submit();
