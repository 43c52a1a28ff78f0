"""Rows of a table that is drawn with boxes alone, without elements or roles: found by where the boxes lie."""

LINES = """
  const everything = root => [...(root.shadowRoot ? everything(root.shadowRoot) : []),
    ...[...root.querySelectorAll('*')].flatMap(
      each => each.shadowRoot ? [each, ...everything(each.shadowRoot)] : [each])];
  const cellsOf = row => [...row.children].filter(each => !/^(STYLE|SCRIPT|BR|OPTION)$/.test(each.tagName)
    && each.checkVisibility({ visibilityProperty: true }) && each.getBoundingClientRect().width > 3);
  const isLine = cells => cells.length > 1 && cells.every((cell, at) => {
    const [one, other] = [cells[Math.max(0, at - 1)].getBoundingClientRect(), cell.getBoundingClientRect()];
    const apart = Math.abs(one.top + one.height / 2 - other.top - other.height / 2);
    return apart < Math.min(one.height, other.height) / 2 + 3 && other.height < 200
      && (at === 0 || other.left >= one.right - 6);
  });
  const middle = cell => { const { left, right } = cell.getBoundingClientRect(); return (left + right) / 2; };
  const boxLines = root => {
    const places = row => cellsOf(row).map(cell => Math.round(cell.getBoundingClientRect().left / 4)).join();
    const all = everything(root).filter(each => each.childElementCount > 1 && isLine(cellsOf(each)));
    const groups = new Map();
    for (const row of all) {
      const groupsHere = groups.get(row.parentNode) ?? groups.set(row.parentNode, new Map()).get(row.parentNode);
      groupsHere.set(places(row), [...groupsHere.get(places(row)) ?? [], row]);
    }
    const size = group => group.length * cellsOf(group[0]).length;
    const most = [...groups.values()].flatMap(each => [...each.values()]).filter(group => group.length > 1)
      .sort((one, other) => size(other) - size(one))[0];
    if (!most) return null;
    const top = row => row.getBoundingClientRect().top;
    const rows = most.sort((one, other) => top(one) - top(other));
    const kind = row => row.tagName + [...row.classList].sort()[0] + [...row.children].map(each => each.tagName);
    if (rows.length > 2 ? rows.slice(2).every(row => kind(row) === kind(rows[1])) && kind(rows[0]) !== kind(rows[1])
      : kind(rows[0]) !== kind(rows[1])) return { head: rows[0], rows: rows.slice(1) };
    const covers = head => cellsOf(rows[0]).every(cell => cellsOf(head).some(each => {
      const { left, right } = each.getBoundingClientRect();
      return left <= middle(cell) && middle(cell) <= right;
    }));
    const last = rows[rows.length - 1];
    const head = all.filter(each => !rows.includes(each) && each.parentNode !== last.parentNode && top(each) < top(last)
      && !rows.some(row => row.contains(each) || each.contains(row)) && covers(each)).pop() ?? null;
    return { head, rows };
  };
"""
"""`boxLines(root)`: the largest set of siblings whose cells lie below each other, by their tops, and the line of other
boxes over them whose cells stand over theirs; null when nothing lies so."""
