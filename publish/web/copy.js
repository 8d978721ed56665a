// The copy buttons. Without this script they are not seen, and addresses can be
// selected by hand.
"use strict";
for (const button of document.querySelectorAll("button.copy")) {
	const label = button.firstChild, word = label.data;
	let back;
	button.addEventListener("click", async () => {
		const address = button.previousElementSibling;
		try {
			await navigator.clipboard.writeText(address.textContent);
			label.data = "Copied";
		} catch {
			getSelection().selectAllChildren(address); // for the keyboard's own copy
			label.data = "Selected";
		}
		clearTimeout(back);
		back = setTimeout(() => { label.data = word; }, 2000);
	});
}
document.documentElement.classList.add("scripted");
