// Whenever the server says that something has happened, the page is read again, and its parts take
// the place of the old ones. A part in which somebody has begun to write stays as it is.

function isChanged(field) {
	if (field.type === "checkbox")
		return field.checked !== field.defaultChecked;
	if (field.options)
		return field.selectedIndex !== Math.max([...field.options].findIndex(option => option.defaultSelected), 0);
	return field.value !== field.defaultValue;
}

function isInUse(part) {
	return part.querySelector("details[open]") !== null ||
		[...part.querySelectorAll("input, select, textarea")].some(
			field => field === document.activeElement || isChanged(field));
}

async function readAgain() {
	const answer = await fetch(location.href);

	if (!answer.ok)
		return;
	const page = new DOMParser().parseFromString(await answer.text(), "text/html");

	for (const part of document.querySelectorAll("[data-live]")) {
		if (!isInUse(part))
			part.replaceWith(page.getElementById(part.id));
	}
}

let reading = false;
let isOld = false;

async function hear() {
	isOld = true;
	if (reading)
		return;
	reading = true;
	while (isOld) {
		isOld = false;
		await readAgain().catch(() => {});
	}
	reading = false;
}

// A page that was left may be kept, to be shown again when somebody goes back. It must not keep one of
// the six connections that a browser makes to a site.
let live;

addEventListener("pageshow", () => {
	live = new EventSource("/live");
	live.onmessage = hear;
});
addEventListener("pagehide", () => live.close());
