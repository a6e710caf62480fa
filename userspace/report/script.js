// SPDX-License-Identifier: GPL-2.0-or-later
// Finds one of ten thousand hosts: search, filter by mode, sort by any column. Without it the table is whole.
(() => {
	const table = document.getElementById('all-hosts');
	if (!table)
		return;
	const body = table.tBodies[0], rows = Array.from(body.rows);
	const word = document.getElementById('find'), mode = document.getElementById('mode');
	const only = document.getElementById('only'), count = document.getElementById('count');
	const keys = rows.map(row => row.cells[0].textContent.toLowerCase());
	const show = () => {
		const wanted = word.value.trim().toLowerCase();
		let shown = 0;
		rows.forEach((row, at) => {
			row.hidden = !keys[at].includes(wanted) || (mode.value && row.dataset.m !== mode.value) ||
				(only.checked && row.dataset.f === '0');
			shown += !row.hidden;
		});
		count.textContent = shown + ' of ' + rows.length;
	};
	const value = (row, column) => {
		const text = row.cells[column].textContent;
		return row.cells[column].classList.contains('n') ? Number(text.replaceAll(',', '')) : text.toLowerCase();
	};
	const sort = (head, column) => {
		const down = head.getAttribute('aria-sort') !== 'descending' && head.classList.contains('n') ||
			head.getAttribute('aria-sort') === 'ascending';
		const order = rows.map((row, at) => [value(row, column), at, row]);
		order.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (down ? -1 : 1) || a[1] - b[1]);
		for (const other of table.tHead.rows[0].cells)
			other.removeAttribute('aria-sort');
		head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
		body.append(...order.map(entry => entry[2]));
	};
	Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
		const button = document.createElement('button');
		button.append(...head.childNodes);
		button.addEventListener('click', () => sort(head, column));
		head.append(button);
	});
	document.getElementById('controls').hidden = false;
	word.addEventListener('input', show);
	mode.addEventListener('input', show);
	only.addEventListener('input', show);
	show();
})();
